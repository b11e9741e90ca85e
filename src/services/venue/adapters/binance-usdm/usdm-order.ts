import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Params } from '../binance/signed-request.ts'
import type { RejectCode, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'

const Whole = z.number().int()
const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/)

/** `GET`, `POST`, `DELETE /fapi/v1/order`, as far as it is read: no trades come with it. */
export const UsdmOrder = z.object({
  symbol: z.string(),
  orderId: Whole,
  clientOrderId: z.string(),
  status: z.string(),
  executedQty: Decimal,
})

/** `GET /fapi/v1/userTrades`. */
export const UsdmTrade = z.object({
  id: Whole,
  price: Decimal,
  qty: Decimal,
  commission: Decimal,
  commissionAsset: z.string(),
  time: Whole,
  maker: z.boolean(),
})

/** `ORDER_TRADE_UPDATE` of the user data stream; without a commission `n` and `N` are left out. */
export const OrderTradeUpdate = z.object({
  e: z.literal('ORDER_TRADE_UPDATE'),
  o: z.object({
    c: z.string(),
    x: z.string(),
    X: z.string(),
    i: Whole,
    l: Decimal,
    L: Decimal,
    n: Decimal.optional(),
    N: z.string().nullish(),
    T: Whole,
    t: Whole,
    z: Decimal,
    m: z.boolean(),
  }),
})

export const viewOfOrder = (order: z.infer<typeof UsdmOrder>): VenueOrder => ({
  venueClientId: order.clientOrderId,
  venueOrderId: String(order.orderId),
  state: stateOf(order.status),
  executed: order.executedQty,
  isTriggered: false,
  trades: [],
})

export const viewOfUpdate = ({ o }: z.infer<typeof OrderTradeUpdate>): VenueOrder => ({
  venueClientId: o.c,
  venueOrderId: String(o.i),
  state: stateOf(o.X),
  executed: o.z,
  isTriggered: false,
  trades:
    o.x === 'TRADE'
      ? [
          {
            tradeId: String(o.t),
            price: o.L,
            quantity: o.l,
            fee: o.n ?? '0',
            feeAsset: o.N ?? '',
            liquidity: o.m ? 'maker' : 'taker',
            filledAt: o.T * 1_000,
          },
        ]
      : [],
})

export const tradeOf = (trade: z.infer<typeof UsdmTrade>): VenueTrade => ({
  tradeId: String(trade.id),
  price: trade.price,
  quantity: trade.qty,
  fee: trade.commission,
  feeAsset: trade.commissionAsset,
  liquidity: trade.maker ? 'maker' : 'taker',
  filledAt: trade.time * 1_000,
})

/** Why USD-M cannot keep an order's terms as one order of `/fapi/v1/order`. [G21] */
export function unfitTerms(order: PayloadOf<'order.submitted'>): { code: RejectCode; reason: string } | null {
  const no = (reason: string) => ({ code: 'TERMS_INVALID' as const, reason })
  const { timeInForce, orderType, bracket, closes, isPostOnly } = order
  if (timeInForce === 'DAY' || timeInForce === 'GTD') return no(`${timeInForce} is not kept at Binance USD-M`)
  if (orderType !== 'market' && orderType !== 'limit') return no('conditional orders are not sent to Binance USD-M')
  if (bracket !== undefined || closes !== undefined) return no('the exits of a bracket could not be kept there')
  const isResting = orderType === 'limit' && timeInForce === 'GTC'
  return isPostOnly === true && !isResting ? no('only a GTC limit order can be post-only') : null
}

/** `POST /fapi/v1/order`, in one-way mode. */
export function paramsOf(order: PayloadOf<'order.submitted'>, symbol: string, venueClientId: string): Params {
  const { side, quantity, orderType, limitPrice, timeInForce, isPostOnly, isReduceOnly } = order
  return {
    symbol,
    side: side === 'buy' ? 'BUY' : 'SELL',
    type: orderType === 'limit' ? 'LIMIT' : 'MARKET',
    quantity,
    ...(orderType === 'limit'
      ? { price: limitPrice as string, timeInForce: isPostOnly === true ? 'GTX' : timeInForce }
      : {}),
    ...(isReduceOnly === true ? { reduceOnly: 'true' } : {}),
    newClientOrderId: venueClientId,
    newOrderRespType: 'RESULT',
  }
}

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
