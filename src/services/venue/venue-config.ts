import { z } from 'zod'
import { Currency, Interval, Money } from '#schemas/primitives.ts'

/** Basis points of the notional; negative is a rebate. */
const Bps = z.number().min(-1_000).max(10_000).default(0)

/** How the simulated exchange fills. */
export const VenueConfig = z.strictObject({
  fill: z.enum(['same-close', 'next-open', 'next-close', 'touch']),
  /** The width of the bars that fill; absent = bars of any width do. */
  interval: Interval.optional(),
  /** From an order's submission to its arrival. */
  latencyMicros: z.int().min(0).max(60_000_000).default(0),
  fees: z
    .strictObject({
      makerBps: Bps,
      takerBps: Bps,
      perUnit: Money.default('0'),
      /** Digits that a fee has behind the point, rounded half to even, like 2 for cents; absent = exact. */
      decimals: z.int().min(0).max(18).optional(),
    })
    .default({ makerBps: 0, takerBps: 0, perUnit: '0' }),
  currency: Currency,
})
export type VenueConfig = z.infer<typeof VenueConfig>
