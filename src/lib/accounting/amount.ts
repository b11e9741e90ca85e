import { z } from 'zod'
import { type Rational, rationalOf, signOf } from './rational.ts'

/** Decimal text as an exact fraction; a JSON number counts as its shortest text. */
export const Amount = z.union([z.string().max(2_000), z.number()]).transform((value, context): Rational => {
  try {
    return rationalOf(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})
export const PositiveAmount = Amount.refine((amount) => signOf(amount) > 0, 'expected an amount above zero')
export const UnsignedAmount = Amount.refine((amount) => signOf(amount) >= 0, 'expected an amount that is not negative')
