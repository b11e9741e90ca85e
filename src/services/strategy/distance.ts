import { evaluateOperand } from '#lib/strategy/evaluate-operand.ts'
import type { History } from '#lib/strategy/history.ts'
import type { Distance } from '#lib/strategy/strategy-definition.ts'

/** A distance from a price, in its units; null where it is undefined, or not above 0. */
export function distanceOf(distance: Distance, price: number, history: History): number | null {
  const value = 'share' in distance ? Math.abs(price) * distance.share : evaluateOperand(distance.of, history)
  return value !== null && value > 0 ? value : null
}
