import { z } from 'zod'
import { InstrumentId, Interval, Money, Name, Quantity, Sha256, Text } from './primitives.ts'

/** What a strategy asks of the indicators service. Equal requests share one state. */
export const IndicatorRequest = z.object({
  instrument: InstrumentId,
  interval: Interval,
  indicator: Name,
  params: z.array(z.number()),
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

/**
 * A wish: to be long, short or flat in a role. It names no instrument, venue or order.
 * `limitBps`: pay at most this many basis points beyond the reference price (limit order); absent = market order.
 */
export const StrategyIntent = z.object({
  strategy: Name,
  hash: Sha256,
  role: Name,
  target: z.enum(['long', 'short', 'flat']),
  size: IntentSize.optional(),
  limitBps: z.number().optional(),
  reason: Text,
})

export const StrategyStatus = z.object({
  strategy: Name,
  state: z.enum(['active', 'throttled', 'halted']),
  reason: Text,
})
