import { z } from 'zod'
import {
  EventId,
  InstrumentId,
  Micros,
  Name,
  OrderType,
  Price,
  Quantity,
  Side,
  Text,
  TimeInForce,
} from './primitives.ts'

/** Leave to send exactly this order, once, before it expires. Signed by the risk gate; nothing else makes an order. */
export const RiskApproved = z.object({
  intent: EventId,
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  quantity: Quantity,
  orderType: OrderType,
  limitPrice: Price.optional(),
  timeInForce: TimeInForce,
  expiresAt: Micros,
})

export const RiskCode = z.enum([
  'HALTED',
  'INSTRUMENT_UNKNOWN',
  'CURRENCY_MISMATCH',
  'NO_PRICE',
  'ALREADY_AT_TARGET',
  'POSITION_EXCEEDS_MAX',
  'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
  'EXPOSURE_EXCEEDS_MAX',
  'DRAWDOWN_EXCEEDS_MAX',
  'ORDER_RATE_EXCEEDS_MAX',
])

/** A refusal with the number that was found and the limit it broke. */
export const RiskRejected = z.object({
  intent: EventId,
  strategy: Name,
  instrument: InstrumentId,
  code: RiskCode,
  value: z.string().max(96).optional(),
  limit: z.string().max(96).optional(),
})

/** A newer wish of the strategy needs its working orders in the instrument out of the way: cancel them, what follows waits. */
export const RiskSuperseded = z.object({ intent: EventId, strategy: Name, instrument: InstrumentId })

/** No new exposure until an operator resumes. */
export const RiskHalted = z.object({
  code: z.enum(['OPERATOR', 'DRAWDOWN_EXCEEDS_MAX']),
  reason: Text,
  value: z.string().max(96).optional(),
  limit: z.string().max(96).optional(),
})

export const RiskResumed = z.object({ reason: Text })

/** A limit that the market alone crossed. */
export const RiskViolation = z.object({
  code: z.enum(['DRAWDOWN_EXCEEDS_MAX']),
  value: z.string().max(96),
  limit: z.string().max(96),
})
