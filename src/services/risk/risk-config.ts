import { z } from 'zod'
import { Conversions } from '#lib/domain/conversion.ts'
import {
  Currency,
  InstrumentId,
  Money,
  Name,
  Quantity,
  TimeInForce,
  unsignedDecimalPattern,
} from '#schemas/primitives.ts'
import { WhenHalted } from '#schemas/risk.ts'
import { MarginModel } from './margin-model.ts'

const Amount = z
  .string()
  .max(64)
  .regex(unsignedDecimalPattern, 'expected an amount as exact decimal text, like "250000"')
export const Fraction = z.number().min(0.0001).max(1)
const PerMinute = z.int().min(1).max(50_000)
const Millis = z.int().min(1).max(86_400_000)

/** Of one order and of the position in one instrument. An instrument's own replace those for all. */
const instrumentLimits = {
  /** In an instrument's own units. */
  maxPosition: Quantity.optional(),
  minOrderQuantity: Quantity.optional(),
  maxOrderQuantity: Quantity.optional(),
  minOrderNotional: Amount.optional(),
  maxOrderNotional: Amount.optional(),
  /** Worst case of the instrument at its newest price. */
  maxInstrumentExposure: Amount.optional(),
  /** How far a limit price may be from the newest price, as a fraction of it. */
  priceCollar: Fraction.optional(),
  /** How old the newest price may be. */
  maxPriceAgeMs: Millis.optional(),
}

/** Of each strategy. A strategy's own replace those for all. */
const strategyLimits = {
  maxStrategyExposure: Amount.optional(),
  maxStrategyOrdersPerMinute: PerMinute.optional(),
  /** Money lost since the UTC day began. */
  maxStrategyDailyLoss: Amount.optional(),
  /** Money below the highest profit so far. */
  maxStrategyDrawdown: Amount.optional(),
  /** Round trips that lost, one after the other. */
  maxConsecutiveLosses: z.int().min(1).max(1_000).optional(),
  /** No new exposure for so long after a round trip that lost. */
  cooldownMs: Millis.optional(),
}

/** How long an approval may take to become an order, in event time: up to a hundred years. */
export const ApprovalTtlMs = z
  .int()
  .min(1)
  .max(36_525 * 86_400_000)

/** What the account may do. A limit that is left out does not limit. */
export const RiskConfig = z.strictObject({
  currency: Currency,
  startingCash: Money,
  /** Marks of other currencies, and of assets that fees are taken of; absent = there is one currency. */
  conversions: Conversions.optional(),
  approvalTtlMs: ApprovalTtlMs.default(5_000),
  timeInForce: TimeInForce.default('GTC'),
  /** A halt cancels what works; then what reduces may pass, or nothing may, or the gate itself closes every position. */
  whenHalted: WhenHalted.default('reduce'),
  /** May an order meet a resting order of ours? */
  selfTrade: z.enum(['refuse', 'allow']).default('refuse'),
  /** Where reduce-only is of all that the account holds: may exits of a bracket stand where another strategy trades too? */
  sharedExits: z.enum(['refuse', 'allow']).optional(),
  limits: z
    .strictObject({
      ...instrumentLimits,
      ...strategyLimits,
      maxGrossExposure: Amount.optional(),
      maxNetExposure: Amount.optional(),
      /** Fraction of peak equity, like 0.2. */
      maxDrawdown: Fraction.optional(),
      /** Money lost since the UTC day began. */
      maxDailyLoss: Amount.optional(),
      maxOrdersPerMinute: PerMinute.optional(),
      maxCancelsPerMinute: PerMinute.optional(),
      maxWorkingOrders: z.int().min(1).max(1_000_000).optional(),
      /** How long after its cause a wish may come. */
      maxIntentAgeMs: Millis.optional(),
    })
    .default({}),
  instruments: z
    .record(InstrumentId, z.strictObject({ isTradable: z.boolean().default(true), ...instrumentLimits }))
    .default({}),
  strategies: z
    .record(Name, z.strictObject({ isReduceOnly: z.boolean().default(false), ...strategyLimits }))
    .default({}),
  margin: MarginModel.optional(),
  /** The most that the venue takes of a fill: basis points of its notional, and money a unit. Reserved with each order where there is a `margin`. */
  feeBound: z.strictObject({ bps: z.number().min(0).max(10_000), perUnit: Amount.default('0') }).optional(),
})
export type RiskConfig = z.infer<typeof RiskConfig>

type InstrumentLimit = keyof typeof instrumentLimits
type StrategyLimit = keyof typeof strategyLimits

/** The limit in force for an instrument: its own, else that for all. */
export const instrumentLimit = <K extends InstrumentLimit>(
  { limits, instruments }: RiskConfig,
  instrument: string,
  limit: K,
): RiskConfig['limits'][K] => instruments[instrument]?.[limit] ?? limits[limit]

/** The limit in force for a strategy: its own, else that for all. */
export const strategyLimit = <K extends StrategyLimit>(
  { limits, strategies }: RiskConfig,
  strategy: string,
  limit: K,
): RiskConfig['limits'][K] => strategies[strategy]?.[limit] ?? limits[limit]

/** Does any instrument have one of these limits? */
export const hasInstrumentLimit = ({ limits, instruments }: RiskConfig, wanted: readonly InstrumentLimit[]): boolean =>
  [limits, ...Object.values(instruments)].some((one) => wanted.some((limit) => one[limit] !== undefined))

/** Does any strategy have one of these limits? What nobody asks for is not kept. */
export const hasStrategyLimit = ({ limits, strategies }: RiskConfig, wanted: readonly StrategyLimit[]): boolean =>
  [limits, ...Object.values(strategies)].some((one) => wanted.some((limit) => one[limit] !== undefined))
