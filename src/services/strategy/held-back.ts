import { evaluateCondition } from '#lib/strategy/evaluate-condition.ts'
import { valueAt } from '#lib/strategy/history.ts'
import { distanceOf } from './distance.ts'
import { hasRoom, rateLimitText } from './rate-limit.ts'
import type { Running } from './running.ts'
import { scaleFactor } from './size-intent.ts'
import type { BoundStrategy } from './strategy-config.ts'
import { hasPassed } from './wanted-change.ts'

/** Why exposure may not grow now. */
export type Hold = { readonly by: 'gate' | 'rate_limit' | 'cooldown' | 'veto' | 'scale' | 'stop'; readonly why: string }

/** The first of what holds a strategy back; null when it may add. Leaving is never held back. [T12] [T13] [T26] [T29] */
export function heldBack(
  { definition }: BoundStrategy,
  running: Running,
  { isGateHalted, now }: { readonly isGateHalted: boolean; readonly now: number },
): Hold | null {
  if (isGateHalted) return { by: 'gate', why: 'the risk gate is halted' }
  const { rateLimit, cooldown, veto, scale, stop, target, trail, prices } = definition
  if (rateLimit && !hasRoom(running, rateLimit, now)) return { by: 'rate_limit', why: `at ${rateLimitText(rateLimit)}` }
  const { left, history, wished } = running
  if (cooldown && left && wished === 'flat' && !hasPassed(cooldown, left.bars, running.at - left.at))
    return { by: 'cooldown', why: `cooldown: ${cooldown.text}` }
  // What a model cannot say yet is no permission.
  const vetoed = veto ? evaluateCondition(veto.when, history) : false
  if (veto && vetoed !== false) return { by: 'veto', why: `veto: ${veto.text} is ${vetoed ?? 'undefined'}` }
  if (scale && scaleFactor(definition, running) === null)
    return { by: 'scale', why: `scale: ${scale.text} leaves nothing` }
  const price = prices ? valueAt(history, prices.close, 0) : null
  for (const [key, distance] of [
    ['stop', stop],
    ['target', target],
    ['trail', trail],
  ] as const)
    if (distance && (price === null || distanceOf(distance, price, history) === null))
      return { by: 'stop', why: `${key}: ${distance.text} is undefined` }
  return null
}
