import { z } from 'zod'
import { IndicatorInterval } from './indicator.ts'
import { indicatorInputs } from './indicator-outputs.ts'
import { InstrumentId, Money, Name, OptionRight, Price, Quantity, Sha256, Side, Text } from './primitives.ts'

/** An output of an indicator, as the series that another one is computed of. */
export const IndicatorSource = z.object({
  indicator: Name,
  params: z.array(z.number()),
  input: z.enum(indicatorInputs).optional(),
  output: z.string().max(64),
})
export type IndicatorSource = z.infer<typeof IndicatorSource>

/** What a strategy asks of the indicators service. Equal requests share one state. */
export const IndicatorRequest = z.object({
  instrument: InstrumentId,
  interval: IndicatorInterval,
  indicator: Name,
  params: z.array(z.number()),
  /** The series that it is computed of, of an indicator that reads only closes; the close where it is not said. */
  input: z.enum(indicatorInputs).optional(),
  /** It is computed of an output of another indicator of the same bars. */
  from: IndicatorSource.optional(),
})

/** A strategy file took effect; the file's hash is on every intent that it makes. */
export const StrategyLoaded = z.object({
  strategy: Name,
  hash: Sha256,
  requests: z.array(IndicatorRequest),
})

export const IntentSize = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quantity'), quantity: Quantity }),
  z.object({ kind: z.literal('notional'), notional: Money }),
])

/** Which strike, from the listed ones only: steps and offsets count from the strike at the money, a delta is without its sign. */
export const StrikeWish = z.discriminatedUnion('by', [
  z.object({ by: z.literal('atm'), offset: z.int().min(-100).max(100) }),
  z.object({ by: z.enum(['itm', 'otm']), steps: z.int().min(1).max(100) }),
  z.object({ by: z.literal('delta'), delta: z.number().min(0).max(1) }),
  /** Strike / spot. */
  z.object({ by: z.literal('moneyness'), ratio: z.number().positive() }),
  /** The option whose price is nearest to this one. */
  z.object({ by: z.literal('premium'), price: Price }),
  /** The strike at the money plus so many points, exactly. */
  z.object({ by: z.literal('offset'), points: Price }),
])

/** Which expiry: the nearest that is at least `afterDays` calendar days away, or one between `min` and `max` days away. */
export const ExpiryWish = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('nearest'),
    afterDays: z.int().min(0).max(10_000).optional(),
    cycle: z.enum(['weekly', 'monthly', 'quarterly']).optional(),
  }),
  z.object({ by: z.literal('days'), min: z.int().min(0).max(10_000), max: z.int().min(0).max(10_000) }),
])

/** One option of a wish: `ratio` of it for each unit of the intent's size. */
export const OptionLeg = z.object({
  right: OptionRight,
  side: Side,
  ratio: z.int().min(1).max(100),
  strike: StrikeWish,
  expiry: ExpiryWish,
})

/** Options to be picked on the role's underlying: all legs together, or none. */
export const OptionWish = z.object({ legs: z.array(OptionLeg).min(1).max(8) })

const Distance = z.discriminatedUnion('by', [
  /** Of the price. */
  z.object({ by: z.literal('fraction'), fraction: z.number().positive() }),
  /** In units of the price. */
  z.object({ by: z.literal('points'), points: z.number().positive() }),
])

/** How far from its price an entry is to be closed again: a loss, a profit, a loss from the best price since. */
export const Protection = z.object({
  stopLoss: Distance.optional(),
  takeProfit: Distance.optional(),
  trailing: Distance.optional(),
})

/**
 * A wish: to be long, short or flat in a role. It names no instrument, venue or order.
 * `isUrgent`: out at the market, however the role's orders are worded.
 */
export const StrategyIntent = z.object({
  strategy: Name,
  hash: Sha256,
  role: Name,
  target: z.enum(['long', 'short', 'flat']),
  size: IntentSize.optional(),
  isUrgent: z.literal(true).optional(),
  protect: Protection.optional(),
  /** Options in place of the role's instrument; absent when the role is meant as it is mapped. */
  wish: OptionWish.optional(),
  /** From 0 to 1: what `scale:` left of the size. The size has been scaled already. */
  strength: z.number().min(0).max(1).optional(),
  /** How long it is meant to be held, in microseconds. */
  horizonUs: z.int().min(1).optional(),
  reason: Text,
  /** The values that its conditions read, by the names of the file; null where undefined. */
  saw: z.record(z.string().max(128), z.number().nullable()).optional(),
})

export const StrategyStatus = z.object({
  strategy: Name,
  /** `failed`: it broke while it was evaluated, and is stopped. */
  state: z.enum(['active', 'throttled', 'halted', 'failed']),
  reason: Text,
})
