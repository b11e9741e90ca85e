import { z } from 'zod'
import { decidedTerms } from './order-terms.ts'
import {
  Asset,
  Currency,
  EventId,
  InstrumentId,
  Micros,
  Money,
  Name,
  Price,
  Quantity,
  Side,
  Text,
} from './primitives.ts'
import { RiskSuperseded } from './risk.ts'

const Count = z.int().min(0)

/** Ours, derived from the approval: the same approval can only ever make the same order. */
export const ClientOrderId = z
  .string()
  .max(96)
  .regex(/^[A-Za-z0-9_-]+$/)
/** The venue's. */
export const VenueOrderId = z.string().max(96)

export const OrderSubmitted = z.object({
  clientOrderId: ClientOrderId,
  approval: EventId,
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  quantity: Quantity,
  ...decidedTerms,
  expiresAt: Micros,
  /** The order that this one closes, where it is an exit of a bracket. */
  closes: ClientOrderId.optional(),
})

/** An order that works at the venue and that nobody here has sent is one of the account's from here on, as it stands: of the strategy `external`. */
export const OrderAdopted = z.object({
  clientOrderId: ClientOrderId,
  venueOrderId: VenueOrderId,
  /** What it is called there by whoever sent it. */
  venueClientId: z.string().max(96),
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  quantity: Quantity,
  limitPrice: Price,
  isPostOnly: z.literal(true).optional(),
  isReduceOnly: z.literal(true).optional(),
  /** What had been executed of it, by which trades: those are of before the log, or were said before. */
  filled: Quantity,
  tradeIds: z.array(z.string().max(96)).max(1_000),
})

/** Refused by us, before any venue heard of it. */
export const OrderDenied = z.object({
  clientOrderId: ClientOrderId,
  approval: EventId,
  strategy: Name,
  instrument: InstrumentId,
  code: z.enum(['APPROVAL_EXPIRED', 'APPROVAL_REUSED', 'HALTED', 'INSTRUMENT_HALTED']),
})

/** What an update changes of an order: where it stands, or how much it asks for in all, filled or not. One of them. */
const change = { limitPrice: Price.optional(), quantity: Quantity.optional() }

/** A working limit order is to be moved to another price, or to ask for less, within what the gate approved. */
export const OrderUpdateRequested = z.object({
  clientOrderId: ClientOrderId,
  instrument: InstrumentId,
  ...change,
  reason: Text,
})

/** The order stands at this price now, or asks for so much. */
export const OrderUpdated = z.object({ clientOrderId: ClientOrderId, instrument: InstrumentId, ...change })

export const OrderCancelRequested = z.object({
  clientOrderId: ClientOrderId,
  instrument: InstrumentId,
  reason: Text,
  /** By an operator's word, what the venue knows nothing of has ended. */
  isGone: z.literal(true).optional(),
})

/** The order engine has read a `risk.superseded`, and nothing works there whose cancel is not on its way: until the verdict on that wish nothing more is sent there. */
export const OrderSuperseded = RiskSuperseded

/** Of the orders that a halt or `cancel_all` wanted ended: how the venue ended them, and which are open. Said when none is, and once after 5 s. */
export const OrderMassCancelReported = z.object({
  /** The halt or the command. */
  of: EventId,
  canceled: Count,
  filled: Count,
  expired: Count,
  rejected: Count,
  openCount: Count,
  open: z.array(ClientOrderId).max(1_000),
})

export const OrderAccepted = z.object({
  clientOrderId: ClientOrderId,
  venueOrderId: VenueOrderId,
  instrument: InstrumentId,
})

/** A stop or an if-touched order has seen its price. */
export const OrderTriggered = z.object({ clientOrderId: ClientOrderId, instrument: InstrumentId, price: Price })

const RejectCode = z.enum([
  'INSTRUMENT_UNKNOWN',
  'CURRENCY_MISMATCH',
  'QUANTITY_INVALID',
  'PRICE_INVALID',
  'TERMS_INVALID',
  'EXPIRED',
  'NO_MARKET',
  'DUPLICATE_CLIENT_ORDER_ID',
  'UNKNOWN_ORDER',
  'VENUE_CLOSED',
  'TOO_MANY_ORDERS',
  'INSUFFICIENT_BALANCE',
  'REFUSED',
])
/** Refused by the venue. */
export const OrderRejected = z.object({
  clientOrderId: ClientOrderId,
  instrument: InstrumentId,
  code: RejectCode,
  /** In the venue's own words. */
  reason: Text.optional(),
})

/** The venue does not move the order: it works as it did, where it works. */
export const OrderUpdateRejected = OrderRejected

/**
 * An execution of part of an order. `leavesQuantity` is what is still open after it, 0 where nobody here follows the order (`external-…`); `fee` is negative for a
 * rebate.
 */
export const OrderFill = z.object({
  clientOrderId: ClientOrderId,
  venueOrderId: VenueOrderId,
  tradeId: z.string().max(96),
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  price: Price,
  quantity: Quantity,
  leavesQuantity: Quantity,
  fee: Money,
  currency: Currency,
  /** What the venue took, where that was not money of `currency`. `isOfPosition`: of what was traded; `fee` is its worth at the fill's price. */
  feePaid: z.object({ asset: Asset, amount: Money, isOfPosition: z.literal(true).optional() }).optional(),
  liquidity: z.enum(['maker', 'taker']),
  filledAt: Micros,
})

const Ended = z.object({
  clientOrderId: ClientOrderId,
  instrument: InstrumentId,
  leavesQuantity: Quantity,
  reason: Text,
})
export const OrderCanceled = Ended
export const OrderExpired = Ended
