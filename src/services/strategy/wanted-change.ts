import { evaluateCondition } from '#lib/strategy/evaluate-condition.ts'
import type { Sides, StrategyDefinition, Stretch } from '#lib/strategy/strategy-definition.ts'
import type { Running, Target } from './running.ts'

/** What the conditions want and the clause that decided; null when nothing changes. */
export type Wanted =
  | { readonly kind: 'target'; readonly target: Target; readonly clause: string }
  | { readonly kind: 'add'; readonly clause: string }
  | { readonly kind: 'take'; readonly clause: string }

/** [T8]-[T10] [T24]-[T27] */
export function wantedChange(definition: StrategyDefinition, running: Running): Wanted | null {
  const { entry, exit } = definition
  const { wished } = running
  const entersLong = isTrue(entry, 'long', running) && !isTrue(exit, 'long', running)
  const entersShort = isTrue(entry, 'short', running) && !isTrue(exit, 'short', running)
  if (entersLong !== entersShort) {
    const target = entersLong ? 'long' : 'short'
    if (target !== wished) return { kind: 'target', target, clause: `entry.${target}: ${entry[target]?.text}` }
  }
  if (wished === 'flat') return null
  const clause = leavingClause(definition, wished, running)
  return clause === null ? wantedScaling(definition, running) : { kind: 'target', target: 'flat', clause }
}

const isTrue = (sides: Sides, side: 'long' | 'short', { history }: Running): boolean => {
  const rule = sides[side]
  return rule !== undefined && evaluateCondition(rule.when, history) === true
}

function leavingClause(definition: StrategyDefinition, wished: 'long' | 'short', running: Running): string | null {
  const { exit, timeExit } = definition
  const { holding, at } = running
  if (holding?.hit) {
    const { hit, levels } = holding
    return `${hit}: ${definition[hit]?.text} reached at ${levels[hit]}`
  }
  if (holding && timeExit && hasPassed(timeExit, holding.bars, at - holding.at)) return `time_exit: ${timeExit.text}`
  return isTrue(exit, wished, running) ? `exit.${wished}: ${exit[wished]?.text}` : null
}

/** Less comes before more. */
function wantedScaling({ scaleIn, scaleOut }: StrategyDefinition, { holding, history }: Running): Wanted | null {
  if (!holding) return null
  if (scaleOut && holding.takes < scaleOut.most && evaluateCondition(scaleOut.when, history) === true)
    return { kind: 'take', clause: `scale_out: ${scaleOut.text}` }
  if (scaleIn && holding.adds < scaleIn.most && evaluateCondition(scaleIn.when, history) === true)
    return { kind: 'add', clause: `scale_in: ${scaleIn.text}` }
  return null
}

/** So many evaluations, or so much event time. */
export const hasPassed = (stretch: Stretch, bars: number, us: number): boolean =>
  'bars' in stretch ? bars >= stretch.bars : us >= stretch.us
