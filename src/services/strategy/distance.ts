import { evaluateOperand } from '#lib/strategy/evaluate-operand.ts'
import type { History } from '#lib/strategy/history.ts'
import type { Distance } from '#lib/strategy/strategy-definition.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** A distance from a price, in its units; null where it is undefined, or not above 0. */
export function distanceOf(distance: Distance, price: number, history: History): number | null {
  const value = 'share' in distance ? Math.abs(price) * distance.share : evaluateOperand(distance.of, history)
  return value !== null && value > 0 ? value : null
}

type Wished = NonNullable<NonNullable<PayloadOf<'strategy.intent'>['protect']>['stopLoss']>

/** The same as an intent says it: a share stays one, so that whoever has an exact price has an exact distance. */
export function wishedDistance(distance: Distance, price: number, history: History): Wished | null {
  if ('share' in distance) return { by: 'fraction', fraction: distance.share }
  const points = distanceOf(distance, price, history)
  return points === null ? null : { by: 'points', points }
}
