import { type ExactDecimal, multiplyExact, tenTo } from '#lib/bars/exact-decimal.ts'

/**
 * `amount / divisor` as a whole number of steps, rounded down or up, towards minus or plus infinity: `wholeSteps(10.7, 0.5, 'down')`
 * is 21n. Throws on a divisor that is not above zero.
 */
export function wholeSteps(amount: ExactDecimal, divisor: ExactDecimal, rounding: 'down' | 'up'): bigint {
  if (divisor.units <= 0n)
    throw new RangeError(`expected a step above zero, found ${divisor.units} at scale ${divisor.scale}`)
  const scale = Math.max(amount.scale, divisor.scale)
  const numerator = amount.units * tenTo(scale - amount.scale)
  const denominator = divisor.units * tenTo(scale - divisor.scale)
  const quotient = numerator / denominator
  const rest = numerator % denominator
  if (rest === 0n) return quotient
  if (rounding === 'down') return rest < 0n ? quotient - 1n : quotient
  return rest > 0n ? quotient + 1n : quotient
}

/** The nearest multiple of a step (tick size, lot size) in the named direction. Throws on a step that is not above zero. */
export const roundToStep = (amount: ExactDecimal, step: ExactDecimal, rounding: 'down' | 'up'): ExactDecimal =>
  multiplyExact({ units: wholeSteps(amount, step, rounding), scale: 0 }, step)

/** Is the amount a whole number of steps? Nothing is of a step that is not above zero. */
export function isInSteps(amount: ExactDecimal, step: ExactDecimal): boolean {
  if (step.units <= 0n) return false
  const scale = Math.max(amount.scale, step.scale)
  return (amount.units * tenTo(scale - amount.scale)) % (step.units * tenTo(scale - step.scale)) === 0n
}
