import type { Statement } from '#schemas/event.ts'
import { hasRoom, rateLimitText } from './rate-limit.ts'
import type { Running, Target } from './running.ts'
import type { State } from './state.ts'
import type { BoundStrategy } from './strategy-config.ts'
import { wantedTarget } from './wanted-target.ts'

/** What follows for a strategy whose bar is complete. [T8]-[T14] */
export function answerBar(state: State, n: number): readonly Said[] {
  const bound = state.config.strategies[n] as BoundStrategy
  const running = state.running[n] as Running
  if (running.isHalted) return none
  const wanted = wantedTarget(bound.definition, running)
  if (wanted === null && !running.isThrottled) return none

  const { rateLimit } = bound.definition
  const isFull = rateLimit !== undefined && !hasRoom(running, rateLimit, state.now)
  const said: Said[] = []
  if (running.isThrottled && !isFull) said.push(statusOf(bound, 'active', 'below the rate limit again'))
  if (wanted === null) return said

  const { target, clause } = wanted
  const mayAdd = target === 'flat' || (!isFull && !state.isGateHalted)
  if (mayAdd) return [...said, intentOf(bound, target, clause)]
  const held = state.isGateHalted ? 'the risk gate is halted' : `at ${rateLimit && rateLimitText(rateLimit)}`
  const isNews = isFull && !state.isGateHalted && !running.isThrottled
  if (isNews) said.push(statusOf(bound, 'throttled', `${held}: ${target} not wished, ${clause}`))
  // A reversal still leaves: what it had is no longer wanted.
  if (running.wished !== 'flat') said.push(intentOf(bound, 'flat', `${clause} (flat only: ${held})`))
  return said
}

type Said = Statement<'strategy.intent' | 'strategy.status'>

const none: readonly [] = Object.freeze([])

/** A wish as the strategy's file sizes it. */
export function intentOf(
  { definition, hash }: BoundStrategy,
  target: Target,
  reason: string,
): Statement<'strategy.intent'> {
  const { name: strategy, trade: role, size, limitBps } = definition
  const sized = target === 'flat' ? {} : { size }
  const limited = limitBps === undefined ? {} : { limitBps }
  return { topic: 'strategy.intent', payload: { strategy, hash, role, target, ...sized, ...limited, reason } }
}

export const statusOf = (
  { definition }: BoundStrategy,
  state: 'active' | 'throttled' | 'halted',
  reason: string,
): Statement<'strategy.status'> => ({
  topic: 'strategy.status',
  payload: { strategy: definition.name, state, reason: reason.slice(0, 2000) },
})
