import { evaluateCondition } from '#lib/strategy/evaluate-condition.ts'
import type { Sides, StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { Running, Target } from './running.ts'

/** The target that the conditions want and the clause that decided; null when nothing changes. */
export type Wanted = { readonly target: Target; readonly clause: string } | null

/** [T8]-[T10] */
export function wantedTarget({ entry, exit }: StrategyDefinition, running: Running): Wanted {
  const isTrue = (sides: Sides, side: 'long' | 'short') => {
    const rule = sides[side]
    return rule !== undefined && evaluateCondition(rule.when, running.now, running.before) === true
  }
  const { wished } = running
  const entersLong = isTrue(entry, 'long') && !isTrue(exit, 'long')
  const entersShort = isTrue(entry, 'short') && !isTrue(exit, 'short')
  if (entersLong !== entersShort) {
    const target = entersLong ? 'long' : 'short'
    return target === wished ? null : { target, clause: `entry.${target}: ${entry[target]?.text}` }
  }
  if (wished === 'flat' || !isTrue(exit, wished)) return null
  return { target: 'flat', clause: `exit.${wished}: ${exit[wished]?.text}` }
}
