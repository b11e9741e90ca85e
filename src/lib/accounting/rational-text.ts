import { tenTo } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import type { Rational } from './rational.ts'

/**
 * The shortest decimal text of a fraction, rounded half to even where it has more than `digits` significant digits or more than
 * `decimals` digits after the point. Whole digits are never lost.
 */
export function rationalText({ numerator, denominator }: Rational, digits: number, decimals = 400): string {
  const unsigned = numerator < 0n ? -numerator : numerator
  const scale = Math.min(decimals, Math.max(0, digits - magnitudeOf(unsigned, denominator)))
  return fromUnits(divideHalfEven(numerator * tenTo(scale), denominator), scale)
}

/** How many digits stand before the point; zero or less counts the zeros behind it: 3 for 123.4, 0 for 0.5, -1 for 0.05. */
function magnitudeOf(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 1
  const estimate = numerator.toString().length - denominator.toString().length
  const isReached =
    estimate >= 0 ? numerator >= denominator * tenTo(estimate) : numerator * tenTo(-estimate) >= denominator
  return isReached ? estimate + 1 : estimate
}
