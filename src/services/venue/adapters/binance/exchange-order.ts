import { z } from 'zod'
import type { OpenTerms, ToldOrder, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'

export const Whole = z.number().int()
/** A number that names something: at USD-M one of an order may be beyond 2^53 (ETHUSDT: 8389765523229474000). [G50] */
export const Id = z.union([Whole, z.string().regex(/^\d+$/)]).transform(String)
export const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/)

/** What the answers of `GET`, `POST` and `DELETE order` have at Spot and at USD-M. */
export const ExchangeOrder = z.object({
  symbol: z.string(),
  orderId: Id,
  clientOrderId: z.string(),
  status: z.string(),
  executedQty: Decimal,
  side: z.string().optional(),
  type: z.string().optional(),
  timeInForce: z.string().optional(),
  origQty: Decimal.optional(),
  price: Decimal.optional(),
  reduceOnly: z.boolean().optional(),
})

/** Null of what is no limit order, or whose terms are not told. */
export function termsOf(order: z.infer<typeof ExchangeOrder>): OpenTerms | null {
  const { side, type, timeInForce, origQty: quantity, price: limitPrice, reduceOnly: isReduceOnly = false } = order
  const isPostOnly = type === 'LIMIT_MAKER' || timeInForce === 'GTX'
  if ((type !== 'LIMIT' && !isPostOnly) || quantity === undefined || limitPrice === undefined) return null
  return { side: side === 'BUY' ? 'buy' : 'sell', quantity, limitPrice, isPostOnly, isReduceOnly }
}

/** A trade of the account; its side and who made it are told under another name at each. */
export const ExchangeTrade = z.object({
  id: Id,
  orderId: Id,
  price: Decimal,
  qty: Decimal,
  commission: Decimal,
  commissionAsset: z.string(),
  time: Whole,
})

/** What the reports of both user data streams have. */
export const ExchangeReport = z.object({
  s: z.string(),
  S: z.enum(['BUY', 'SELL']),
  c: z.string(),
  x: z.string(),
  X: z.string(),
  i: Id,
  l: Decimal,
  L: Decimal,
  T: Whole,
  t: Id,
  z: Decimal,
  m: z.boolean(),
})

/** An answer that comes without trades. */
export const viewOfOrder = (order: z.infer<typeof ExchangeOrder>): VenueOrder => ({
  venueClientId: order.clientOrderId,
  venueOrderId: order.orderId,
  state: stateOf(order.status),
  executed: order.executedQty,
  isTriggered: false,
  trades: [],
})

export const viewOfReport = (
  report: z.infer<typeof ExchangeReport>,
  commission: { readonly fee: string; readonly feeAsset: string },
): ToldOrder => ({
  symbol: report.s,
  side: sideOf(report.S === 'BUY'),
  venueClientId: report.c,
  venueOrderId: report.i,
  state: stateOf(report.X),
  executed: report.z,
  isTriggered: false,
  trades:
    report.x === 'TRADE'
      ? [
          {
            tradeId: report.t,
            price: report.L,
            quantity: report.l,
            ...commission,
            liquidity: report.m ? 'maker' : 'taker',
            filledAt: report.T * 1_000,
          },
        ]
      : [],
})

export const viewOfTrade = (trade: z.infer<typeof ExchangeTrade>, isMaker: boolean): VenueTrade => ({
  tradeId: trade.id,
  price: trade.price,
  quantity: trade.qty,
  fee: trade.commission,
  feeAsset: trade.commissionAsset,
  liquidity: isMaker ? 'maker' : 'taker',
  filledAt: trade.time * 1_000,
})

export const sideOf = (isBuyer: boolean): 'buy' | 'sell' => (isBuyer ? 'buy' : 'sell')

function stateOf(status: string): VenueOrder['state'] {
  switch (status) {
    case 'FILLED':
      return 'filled'
    case 'CANCELED':
      return 'canceled'
    case 'REJECTED':
      return 'rejected'
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return 'expired'
    default:
      return 'working'
  }
}
