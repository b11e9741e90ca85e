import { addExact, compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'

export const zero: ExactDecimal = { units: 0n, scale: 0 }

export const negateExact = ({ units, scale }: ExactDecimal): ExactDecimal => ({ units: -units, scale })

export const absExact = (a: ExactDecimal): ExactDecimal => (a.units < 0n ? negateExact(a) : a)

/** Exact difference a - b, at the larger of both scales. */
export const subtractExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => addExact(a, negateExact(b))

export const maxExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => (compareExact(a, b) < 0 ? b : a)

export const minExact = (a: ExactDecimal, b: ExactDecimal): ExactDecimal => (compareExact(a, b) > 0 ? b : a)
