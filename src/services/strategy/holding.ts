import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import { type History, valueAt } from '#lib/strategy/history.ts'
import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { AskedIntents } from './asked-intents.ts'
import { distanceOf } from './distance.ts'

/** What a strategy wishes to hold: the wish, never an order or a fill. */
export type Holding = {
  readonly side: 'long' | 'short'
  /** Close of the first series when it was wished; null where the file measures nothing from it. */
  readonly price: number | null
  /** Event time of that bar. */
  readonly at: number
  /** Evaluations since. */
  bars: number
  /** Prices of the first series at which it is over. */
  readonly levels: { stop: number | null; target: number | null; trail: number | null }
  /** The level that the newest bar reached. */
  hit: 'stop' | 'target' | 'trail' | null
  /** It was on the other side before, or may never have left. */
  readonly isReversal: boolean
  /** The intents of the entry. */
  readonly asked: AskedIntents
  /** By role: what the entry came to, and what is wished now. Unknown until the resolver has sized it. */
  readonly entered: { [role: string]: string }
  readonly wished: { [role: string]: string }
  adds: number
  takes: number
  /** The newest change of its size, and what was so before it; null before the first. */
  scaling: Scaling | null
}

type Scaling = Pick<Holding, 'wished' | 'adds' | 'takes'> & { readonly asked: AskedIntents }

/** A new position, measured from the newest evaluation. */
export function openHolding(
  definition: StrategyDefinition,
  history: History,
  side: 'long' | 'short',
  at: number,
  isReversal = false,
): Holding {
  const { prices, stop, target, trail } = definition
  const price = prices ? valueAt(history, prices.close, 0) : null
  const level = (rule: typeof stop, isBehind: boolean): number | null => {
    const distance = rule && price !== null ? distanceOf(rule, price, history) : null
    return distance === null || price === null ? null : price + ((side === 'long') === isBehind ? -distance : distance)
  }
  return {
    side,
    price,
    at,
    bars: 0,
    levels: { stop: level(stop, true), target: level(target, false), trail: level(trail, true) },
    hit: null,
    isReversal,
    asked: {},
    entered: {},
    wished: {},
    adds: 0,
    takes: 0,
    scaling: null,
  }
}

/** A bar passes: which level it reached, at the levels of the bar before; then the trail follows, and never goes back. [T24] */
export function passBar(holding: Holding, definition: StrategyDefinition, history: History): void {
  holding.bars++
  holding.hit = null
  const { prices, trail } = definition
  if (!prices) return
  const [high, low] = seenFrom(
    holding,
    definition.series[0]?.timeframe,
    valueAt(history, prices.high, 0),
    valueAt(history, prices.low, 0),
  )
  if (high === null || low === null) return
  reachLevels(holding, high, low)
  const { levels, side } = holding
  const along = side === 'long' ? high : low
  const distance = trail && holding.price !== null ? distanceOf(trail, along, history) : null
  if (distance === null) return
  const next = side === 'long' ? along - distance : along + distance
  const isCloser = levels.trail === null || (side === 'long' ? next > levels.trail : next < levels.trail)
  if (isCloser) levels.trail = next
}

/** What a position can be closed at between a high and a low: of a quote, which is no range, a long at the bid and a short at the ask. */
export function seenFrom(
  { side }: Holding,
  timeframe: string | undefined,
  high: number | null,
  low: number | null,
): readonly [high: number | null, low: number | null] {
  if (timeframe !== 'quote') return [high, low]
  return side === 'long' ? [low, low] : [high, high]
}

/** Which level a high and a low reach. Of two the worse one counts: nobody knows which came first. */
export function reachLevels(holding: Holding, high: number | null, low: number | null): void {
  if (high === null || low === null) return
  const { levels, side } = holding
  const [against, along] = side === 'long' ? [low, high] : [high, low]
  const isBehind = (level: number | null) => level !== null && (side === 'long' ? against <= level : against >= level)
  const isAhead = (level: number | null) => level !== null && (side === 'long' ? along >= level : along <= level)
  holding.hit = isBehind(levels.stop)
    ? 'stop'
    : isBehind(levels.trail)
      ? 'trail'
      : isAhead(levels.target)
        ? 'target'
        : null
}

/** What the entry came to in a role, once the resolver has said so. */
export function takeResolved(
  holding: Holding,
  { intent, role, target, isRoll }: PayloadOf<'instrument.resolved'>,
): void {
  const asked = holding.asked[role]
  if (isRoll && asked) asked.roll = intent
  if (asked?.intent !== intent || Object.hasOwn(holding.entered, role)) return
  const quantity = absExact(parseExact(target))
  if (quantity.units === 0n) return
  holding.entered[role] = formatExact(quantity)
  holding.wished[role] = formatExact(quantity)
}
