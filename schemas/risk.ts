import { z } from 'zod'
import { decidedTerms } from './order-terms.ts'
import { Currency, EventId, InstrumentId, Micros, Money, Name, Quantity, Side, Text } from './primitives.ts'

/** Leave to send exactly this order, once, before it expires. Signed by the risk gate; nothing else makes an order. */
export const RiskApproved = z.object({
  intent: EventId,
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  quantity: Quantity,
  ...decidedTerms,
  expiresAt: Micros,
})

export const RiskCode = z.enum([
  'HALTED',
  'STRATEGY_HALTED',
  'REDUCE_ONLY',
  'DUPLICATE_INTENT',
  'INTENT_STALE',
  'INSTRUMENT_UNKNOWN',
  'INSTRUMENT_NOT_TRADABLE',
  'INSTRUMENT_HALTED',
  'CURRENCY_MISMATCH',
  'QUANTITY_PRECISION_INVALID',
  'PRICE_PRECISION_INVALID',
  'NO_PRICE',
  'PRICE_STALE',
  'FEED_DOWN',
  'COOLDOWN',
  'ALREADY_AT_TARGET',
  'QUANTITY_BELOW_MIN_PER_ORDER',
  'QUANTITY_EXCEEDS_MAX_PER_ORDER',
  'NOTIONAL_BELOW_MIN_PER_ORDER',
  'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
  'PRICE_OUTSIDE_COLLAR',
  'BRACKET_ON_WRONG_SIDE',
  'POSITION_EXCEEDS_MAX',
  'INSTRUMENT_EXPOSURE_EXCEEDS_MAX',
  'STRATEGY_EXPOSURE_EXCEEDS_MAX',
  'EXPOSURE_EXCEEDS_MAX',
  'NET_EXPOSURE_EXCEEDS_MAX',
  'SHORT_NOT_ALLOWED',
  'MARGIN_EXCEEDS_AVAILABLE',
  'SELF_TRADE',
  'DRAWDOWN_EXCEEDS_MAX',
  'ORDER_RATE_EXCEEDS_MAX',
  'STRATEGY_ORDER_RATE_EXCEEDS_MAX',
  'CANCEL_RATE_EXCEEDS_MAX',
  'WORKING_ORDERS_EXCEED_MAX',
  'ORDERS_AT_WORK',
  'PROTECTION_SHARED',
  'ROLL_REFUSED',
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

const found = { value: z.string().max(96).optional(), limit: z.string().max(96).optional() }

/** What may pass. REDUCING: what takes a position towards zero. HALTED: nothing but what the gate itself closes. */
export const TradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED'])

/** What passes while halted: what reduces, nothing, or nothing but what the gate itself closes, which is everything. */
export const WhenHalted = z.enum(['reduce', 'refuse', 'flatten'])

/** No new exposure until an operator resumes; DISK_FULL: or there is space again. */
export const RiskHalted = z.object({
  code: z.enum(['OPERATOR', 'DRAWDOWN_EXCEEDS_MAX', 'DAILY_LOSS_EXCEEDS_MAX', 'MARGIN_BELOW_MAINTENANCE', 'DISK_FULL']),
  reason: Text,
  ...found,
  /** Absent is REDUCING. */
  state: TradingState.exclude(['ACTIVE']).optional(),
  /** The gate closes every position. */
  isFlattening: z.boolean().optional(),
})

export const RiskResumed = z.object({
  reason: Text,
  /** There is space again: nothing is resumed but what its lack had halted. */
  only: z.literal('DISK_FULL').optional(),
})

/** No new exposure of one strategy until an operator resumes it; its working orders are canceled. */
export const RiskStrategyHalted = z.object({
  strategy: Name,
  code: z.enum(['OPERATOR', 'DRAWDOWN_EXCEEDS_MAX', 'DAILY_LOSS_EXCEEDS_MAX', 'CONSECUTIVE_LOSSES_EXCEED_MAX']),
  ...found,
  /** The operator's. */
  reason: Text.optional(),
})

export const RiskStrategyResumed = z.object({ strategy: Name, reason: Text })

/**
 * What the account uses of what there is, as the gate judges the next order: of a margin account initial margin and fees of everything held and at work,
 * of cash and what is held, valued; of a cash account what buys at work, short puts and fees may take, of cash. No numbers where a price is missing.
 */
export const RiskMargin = z.object({
  kind: z.enum(['cash', 'margin']),
  currency: Currency,
  equity: Money.optional(),
  used: Money.optional(),
  /** equity - used */
  available: Money.optional(),
  /** Of what is held: equity below it halts. */
  maintenance: Money.optional(),
  /** The instrument whose price is missing; the account's currency where a mark of cash in another is. */
  unpriced: z.string().max(96).optional(),
})

/** A limit that the market alone crossed, said once a crossing; of an instrument or a strategy where it is one of theirs. */
export const RiskViolation = z.object({
  code: z.enum([
    'DRAWDOWN_EXCEEDS_MAX',
    'POSITION_EXCEEDS_MAX',
    'INSTRUMENT_EXPOSURE_EXCEEDS_MAX',
    'STRATEGY_EXPOSURE_EXCEEDS_MAX',
    'EXPOSURE_EXCEEDS_MAX',
    'NET_EXPOSURE_EXCEEDS_MAX',
  ]),
  value: z.string().max(96),
  limit: z.string().max(96),
  instrument: InstrumentId.optional(),
  strategy: Name.optional(),
})
