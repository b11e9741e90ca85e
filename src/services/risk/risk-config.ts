import { z } from 'zod'
import { Currency, Money, Quantity, TimeInForce, unsignedDecimalPattern } from '#schemas/primitives.ts'

const Limit = z
  .string()
  .max(64)
  .regex(unsignedDecimalPattern, 'expected an amount as exact decimal text, like "250000"')

/** What the account may do. A limit that is left out does not limit. */
export const RiskConfig = z.strictObject({
  currency: Currency,
  startingCash: Money,
  /** How long an approval may take to become an order. */
  approvalTtlMs: z.int().min(1).max(86_400_000).default(5_000),
  timeInForce: TimeInForce.default('GTC'),
  limits: z
    .strictObject({
      /** In an instrument's own units, for every instrument. */
      maxPosition: Quantity.optional(),
      maxOrderNotional: Limit.optional(),
      maxGrossExposure: Limit.optional(),
      /** Fraction of peak equity, like 0.2. */
      maxDrawdown: z.number().min(0.0001).max(1).optional(),
      maxOrdersPerMinute: z.int().min(1).optional(),
    })
    .default({}),
})
export type RiskConfig = z.infer<typeof RiskConfig>
