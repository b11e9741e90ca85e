import { z } from 'zod'
import { Conversions } from '#lib/domain/conversion.ts'
import { Currency, Money } from '#schemas/primitives.ts'

/** The account whose profit and loss is reckoned. */
export const PnlConfig = z.strictObject({
  currency: Currency,
  startingCash: Money,
  /** Marks of other currencies, and of assets that fees are taken of; absent = there is one currency. */
  conversions: Conversions.optional(),
  /** Fraction of peak equity, like 0.2; absent = no violation is ever said. */
  maxDrawdown: z.number().min(0.0001).max(1).optional(),
})
export type PnlConfig = z.infer<typeof PnlConfig>
