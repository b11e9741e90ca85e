import { addExact, compareExact, type ExactDecimal, tenTo } from '#lib/bars/exact-decimal.ts'
import { divideHalfEven } from './rounding.ts'

export const zero: ExactDecimal = { units: 0n, scale: 0 }

export const negateExact = ({ units, scale }: ExactDecimal): ExactDecimal => ({ units: -units, scale })

export const absExact = (a: ExactDecimal): ExactDecimal => (a.units < 0n ? negateExact(a) : a)

/** Exact difference a - b, at the larger of both scales. */
export const subtractExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => addExact(a, negateExact(b))

export const maxExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => (compareExact(a, b) < 0 ? b : a)

export const minExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => (compareExact(a, b) > 0 ? b : a)

/** A quotient with so many digits behind the point, rounded half to even. The divisor is above zero. */
export const divideExact = (dividend: ExactDecimal, divisor: ExactDecimal, scale: number): ExactDecimal => ({
  units: divideHalfEven(dividend.units * tenTo(scale + divisor.scale), divisor.units * tenTo(dividend.scale)),
  scale,
})
