import { z } from 'zod'
import { Conversions } from '#lib/domain/conversion.ts'
import { Currency, InstrumentId, Money, Name } from '#schemas/primitives.ts'

const Limit = Money.optional()
const ofInstrument = { maxPosition: Limit, maxInstrumentExposure: Limit }
const ofStrategy = { maxStrategyExposure: Limit }

/** Limits of what is held, as the risk gate has them; those of an instrument or a strategy replace those for all. */
export const ExposureLimits = z.strictObject({
  limits: z
    .strictObject({ ...ofInstrument, ...ofStrategy, maxGrossExposure: Limit, maxNetExposure: Limit })
    .default({}),
  instruments: z.record(InstrumentId, z.strictObject(ofInstrument)).default({}),
  strategies: z.record(Name, z.strictObject(ofStrategy)).default({}),
})

/** The account whose profit and loss is reckoned. */
export const PnlConfig = z.strictObject({
  currency: Currency,
  startingCash: Money,
  /** Marks of other currencies, and of assets that fees are taken of; absent = there is one currency. */
  conversions: Conversions.optional(),
  /** First in, first out is told beside average cost. */
  fifo: z.boolean().optional(),
  /** Fraction of peak equity, like 0.2; absent = no violation is ever said. */
  maxDrawdown: z.number().min(0.0001).max(1).optional(),
  /** A violation is said when one of them is crossed. */
  exposures: ExposureLimits.optional(),
})
export type PnlConfig = z.infer<typeof PnlConfig>
