import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { Event } from '#schemas/event.ts'
import { type Holding, openHolding } from './holding.ts'
import { countIntent } from './rate-limit.ts'
import type { Running } from './running.ts'

/** Takes in a wish that was said: what is held is measured from here. Of several roles the first one speaks for all. */
export function foldIntent(
  definition: StrategyDefinition,
  running: Running,
  { id, payload }: Event<'strategy.intent'>,
  now: number,
): void {
  const { role, target, size } = payload
  const traded = definition.trade.find((one) => one.role === role)
  const isFirst = definition.trade[0]?.role === role
  if (isFirst && definition.rateLimit) countIntent(running, definition.rateLimit, now)
  if (target === 'flat') {
    if (isFirst || !traded) leave(running, now)
    // Where nothing was held nothing is owed.
    if (running.exit) running.exit.asked[role] = { intent: id, orders: [] }
    return
  }
  const side = traded?.isAgainst ? (target === 'long' ? 'short' : 'long') : target
  if (running.holding?.side !== side) {
    running.holding = openHolding(definition, running.history, side, running.at, mayHold(running))
    running.wished = side
    running.left = null
    running.exit = null
  }
  const { holding } = running
  const isEntry = holding.asked[role] === undefined
  if (isEntry) holding.asked[role] = { intent: id, orders: [] }
  if (size?.kind === 'quantity') {
    if (isEntry) holding.entered[role] = size.quantity
    else noteScaling(holding, role, id, isFirst ? size.quantity : null)
    holding.wished[role] = size.quantity
  }
}

function leave(running: Running, now: number): void {
  if (mayHold(running)) running.exit = { asked: {}, owed: null, owedBefore: running.exit?.owed ?? null, saidAt: now }
  if (running.wished !== 'flat') running.left = { bars: 0, at: running.at }
  leaveQuietly(running)
}

/** Flat as if it had never entered: no cooldown counts from here. */
export function leaveQuietly(running: Running): void {
  running.wished = 'flat'
  running.holding = null
}

/** An exit that is owed has not been made. */
const mayHold = ({ wished, exit }: Running): boolean => wished !== 'flat' || Boolean(exit?.owed)

/** Of several roles the first one says how often there was more or less, and comes first. */
function noteScaling(holding: Holding, role: string, intent: string, quantity: string | null): void {
  if (quantity !== null) {
    const { adds, takes, wished } = holding
    holding.scaling = { asked: {}, wished: { ...wished }, adds, takes }
    const before = wished[role]
    if (before === undefined || Number(quantity) > Number(before)) holding.adds++
    else holding.takes++
  }
  if (holding.scaling) holding.scaling.asked[role] = { intent, orders: [] }
}
