import { tenTo } from '#lib/bars/exact-decimal.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import { type Rational, rational } from './rational.ts'

/**
 * A fraction that does not grow with a history: one of up to 100 digits below the line stays as it is, a longer one is rounded half to even at 10^-100. No
 * text of 34 digits can tell, and a reckoning of n events takes n times as long as one.
 */
export const bounded = (value: Rational): Rational =>
  value.denominator <= most ? value : rational(divideHalfEven(value.numerator * most, value.denominator), most)

const most = tenTo(100)
