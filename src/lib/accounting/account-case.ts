import { z } from 'zod'
import { Amount, PositiveAmount, UnsignedAmount } from './amount.ts'
import { rationalOf } from './rational.ts'

const Index = z.json().optional()

const AccountEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fill'),
    i: Index,
    side: z.enum(['buy', 'sell']),
    qty: UnsignedAmount,
    price: Amount,
    fee: Amount.optional(),
    mark_after: Amount.optional(),
  }),
  z.object({ type: z.literal('funding'), i: Index, rate: Amount, mark: Amount, mark_after: Amount.optional() }),
  z.object({
    type: z.literal('split'),
    i: Index,
    numerator: PositiveAmount,
    denominator: PositiveAmount,
    mark_after: Amount.optional(),
  }),
  z.object({ type: z.literal('mark'), i: Index, mark_after: Amount }),
])
export type AccountEvent = z.infer<typeof AccountEvent>

/** Executions, funding payments and splits of one position, in their order; the form of the accounting cases. */
export const AccountCase = z.object({
  seed: z.json().optional(),
  multiplier: PositiveAmount.default(rationalOf(1)),
  inverse: z.boolean().default(false),
  events: z.array(AccountEvent),
})
export type AccountCase = z.infer<typeof AccountCase>
