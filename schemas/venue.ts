import { z } from 'zod'
import {
  Asset,
  Currency,
  InstrumentId,
  Micros,
  Money,
  Name,
  Price,
  Quantity,
  Side,
  SignedQuantity,
} from './primitives.ts'

const Count = z.int().min(0)

/** What a real venue holds was compared with what the log says; from the first one in a process on, orders are sent. */
export const VenueReconciled = z.object({
  venue: Name,
  /** All of each asset, free or bound in orders. */
  balances: z.array(z.object({ asset: Asset, total: Money })).max(2_000),
  workingOrders: Count,
  /** What had happened there and was not in the log: it has been said just before. */
  missing: z.object({ acceptances: Count, fills: Count, ends: Count }),
  /** Client ids of open orders that the log does not know or has ended. */
  external: z.array(z.string().max(64)).max(1_000),
  /** Balances that are not the first ones of the log and the fills since. */
  differences: z.array(z.object({ asset: Asset, expected: Money, found: Money })).max(100),
  /** All that the account traded before `since`, in what was named here so far, is in the log; the first says when that began: what was traded before is in its `balances`. */
  trades: z.object({
    since: Micros,
    instruments: z.array(InstrumentId).max(20_000),
  }),
})

/**
 * A position that a contract's end, or a split, moves, as if it were traded at `price`: its own, closed at what it was worth; of an option that is delivered
 * closed at 0, and its underlying's, at the strike.
 */
export const VenueSettled = z.object({
  strategy: Name,
  instrument: InstrumentId,
  side: Side,
  quantity: Quantity,
  price: Price,
  currency: Currency,
  /** What the venue took for it, of `currency`. */
  fee: Money.optional(),
  /** What has ended, or was split. */
  contract: InstrumentId,
  /** `delivered`: a future. `cash_in_lieu`: the part of a lot that a split left. */
  how: z.enum(['exercised', 'assigned', 'expired', 'delivered', 'cash_in_lieu']),
  /** The underlying's price at the end, or the newest of what was split. */
  settlementPrice: Price,
  settledAt: Micros,
  /** The exchange's own record of it. */
  settlementId: z.string().max(96).optional(),
})

/** Money that a strategy's position brought (above zero) or cost without a trade. */
export const VenuePaid = z.object({
  strategy: Name,
  instrument: InstrumentId,
  why: z.enum(['funding']),
  amount: Money,
  currency: Currency,
  /** What the strategy held then. */
  position: SignedQuantity,
  /** Of funding, where the venue says them: the fraction of its value that a long position pays, and the price that it is valued at. */
  rate: Price.optional(),
  markPrice: Price.optional(),
  paidAt: Micros,
  /** The exchange's own number of the payment, of which this may be a strategy's part. */
  paymentId: z.string().max(64).optional(),
})
