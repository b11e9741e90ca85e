import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { Event } from '#schemas/event.ts'
import { openHolding } from './holding.ts'
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
    if (isFirst || !traded) leave(running)
    return
  }
  const side = traded?.isAgainst ? (target === 'long' ? 'short' : 'long') : target
  if (running.holding?.side !== side) {
    running.holding = openHolding(definition, running.history, side, running.at, running.wished !== 'flat')
    running.wished = side
    running.left = null
  }
  const { holding } = running
  const isEntry = holding.intents[role] === undefined
  if (isEntry) holding.intents[role] = id
  if (size?.kind === 'quantity') {
    if (isEntry) holding.entered[role] = size.quantity
    else if (isFirst) countScaling(holding, size.quantity)
    holding.wished[role] = size.quantity
  }
}

function leave(running: Running): void {
  if (running.wished !== 'flat') running.left = { bars: 0, at: running.at }
  leaveQuietly(running)
}

/** Flat as if it had never entered: no cooldown counts from here. */
export function leaveQuietly(running: Running): void {
  running.wished = 'flat'
  running.holding = null
}

function countScaling(holding: NonNullable<Running['holding']>, quantity: string): void {
  const before = holding.wished[Object.keys(holding.intents)[0] as string]
  if (before === undefined || Number(quantity) > Number(before)) holding.adds++
  else holding.takes++
}
