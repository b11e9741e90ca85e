import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import { valueAt } from '#lib/strategy/history.ts'
import type { Traded } from '#lib/strategy/strategy-definition.ts'
import { isTick } from '#lib/strategy/strategy-slot.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { wishedDistance } from './distance.ts'
import type { Running, Target } from './running.ts'
import { type Size, scaledQuantity, scaleFactor, sizeOfEntry, sizeOfRole } from './size-intent.ts'
import type { BoundStrategy } from './strategy-config.ts'

type Intent = Statement<'strategy.intent'>

/** A new target in every role that is traded, or why it has no size. [T11] [T28] */
export function entryIntents(
  bound: BoundStrategy,
  running: Running,
  target: 'long' | 'short',
  reason: string,
  equity: string | null,
): { readonly intents: readonly Intent[] } | { readonly fault: string } {
  const factor = scaleFactor(bound.definition, running) ?? 0
  const sized = sizeOfEntry(bound.definition, running, equity, factor)
  if ('fault' in sized) return sized
  const protect = protectionOf(bound.definition, running)
  const intents: Intent[] = []
  for (const traded of bound.definition.trade) {
    const size = sizeOfRole(sized, traded)
    if (size === null) return { fault: 'size: nothing is left of it' }
    intents.push(intentOf(bound, running, traded, target, { size, strength: factor, ...protect }, reason))
  }
  return { intents }
}

/** Out of every role that is traded. */
export const flatIntents = (bound: BoundStrategy, running: Running, reason: string): readonly Intent[] =>
  bound.definition.trade.map((traded) => intentOf(bound, running, traded, 'flat', {}, reason))

/** The same at the market, however the role's orders are worded. */
export const flatSeenAtMarket = (bound: BoundStrategy, running: Running, reason: string): readonly Intent[] =>
  bound.definition.trade.map((traded) => intentOf(bound, running, traded, 'flat', { isUrgent: true }, reason))

/** More, or less, of what is held; nothing while a role is not sized yet. [T27] */
export function addIntents(bound: BoundStrategy, running: Running, way: 1 | -1, reason: string): readonly Intent[] {
  const { scaleIn, scaleOut, trade } = bound.definition
  const { holding } = running
  const scaling = way > 0 ? scaleIn : scaleOut
  if (!holding || !scaling) return []
  const factor = way > 0 ? (scaleFactor(bound.definition, running) ?? 0) : -1
  const intents: Intent[] = []
  for (const traded of trade) {
    const quantity = scaledQuantity(holding, traded.role, scaling.part, factor)
    if (quantity === undefined) return []
    if (quantity === null) return flatIntents(bound, running, reason)
    const size: Size = { kind: 'quantity', quantity }
    intents.push(intentOf(bound, running, traded, holding.side, { size, strength: Math.abs(factor) }, reason))
  }
  return intents
}

type Asked = Pick<PayloadOf<'strategy.intent'>, 'size' | 'strength' | 'protect' | 'isUrgent'>

function intentOf(
  { definition, hash }: BoundStrategy,
  running: Running,
  { role, isAgainst, wish }: Traded,
  wanted: Target,
  asked: Asked,
  reason: string,
): Intent {
  const { name: strategy } = definition
  const target = isAgainst ? opposite[wanted] : wanted
  const options = wanted === 'flat' ? undefined : wish?.[wanted]
  const horizonUs = wanted === 'flat' ? null : horizonOf(definition)
  const payload: PayloadOf<'strategy.intent'> = {
    strategy,
    hash,
    role,
    target,
    ...asked,
    ...(options === undefined ? {} : { wish: options }),
    ...(horizonUs === null ? {} : { horizonUs }),
    reason: reason.slice(0, 2000),
    saw: seenBy(definition, running),
  }
  return { topic: 'strategy.intent', payload }
}

/** What stop, target and trail come to at the entry. [T11] */
function protectionOf(
  { stop, target, trail, prices }: BoundStrategy['definition'],
  { history }: Running,
): Pick<Asked, 'protect'> {
  const price = prices ? valueAt(history, prices.close, 0) : null
  const [stopLoss, takeProfit, trailing] = [stop, target, trail].map((rule) =>
    rule && price !== null ? wishedDistance(rule, price, history) : null,
  )
  if (!stopLoss && !takeProfit && !trailing) return {}
  return {
    protect: { ...(stopLoss && { stopLoss }), ...(takeProfit && { takeProfit }), ...(trailing && { trailing }) },
  }
}

const opposite = { long: 'short', short: 'long', flat: 'flat' } as const

function horizonOf({ timeExit, series }: BoundStrategy['definition']): number | null {
  if (!timeExit) return null
  if ('us' in timeExit) return timeExit.us
  const { timeframe } = series[0] as (typeof series)[number]
  if (isTick(timeframe)) return null
  const interval = parseBarInterval(timeframe)
  return interval.kind === 'time' ? interval.widthUs * timeExit.bars : null
}

/** What its conditions read, by the names of the file. */
function seenBy({ slots }: BoundStrategy['definition'], { history }: Running): Record<string, number | null> {
  const saw: Record<string, number | null> = {}
  for (let slot = 0; slot < slots.length; slot++) {
    const { name } = slots[slot] as (typeof slots)[number]
    saw[name.slice(0, 128)] = valueAt(history, slot, 0)
  }
  return saw
}

export type Leaving = {
  readonly strategy: string
  readonly hash: string
  readonly role: string
  readonly reason: string
}

/** Out, whatever the file says about limit prices. */
export const flatAtMarket = (
  { definition, hash }: Pick<BoundStrategy, 'definition' | 'hash'>,
  reason: string,
): readonly Intent[] =>
  definition.trade.map(({ role }) =>
    leavingIntent({ strategy: definition.name, hash, role, reason: reason.slice(0, 2000) }),
  )

export const leavingIntent = (leaving: Leaving): Intent => ({
  topic: 'strategy.intent',
  payload: { ...leaving, target: 'flat', isUrgent: true },
})

export const statusOf = (
  { definition }: BoundStrategy,
  state: PayloadOf<'strategy.status'>['state'],
  reason: string,
): Statement<'strategy.status'> => ({
  topic: 'strategy.status',
  payload: { strategy: definition.name, state, reason: reason.slice(0, 2000) },
})
