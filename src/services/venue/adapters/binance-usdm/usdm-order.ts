import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import {
  Decimal,
  type ExchangeOrder,
  ExchangeReport,
  ExchangeTrade,
  viewOfOrder,
  viewOfReport,
} from '../binance/exchange-order.ts'
import type { Params } from '../binance/signed-request.ts'
import { waits } from '../gateway/gateway-order.ts'
import type { RejectCode, ToldOrder, VenueOrder } from '../gateway/real-venue.ts'

/** `GET /fapi/v1/userTrades`. */
export const UsdmTrade = ExchangeTrade.extend({ maker: z.boolean(), buyer: z.boolean() })

/** `ORDER_TRADE_UPDATE` of the user data stream; without a commission `n` and `N` are left out. */
export const OrderTradeUpdate = z.object({
  e: z.literal('ORDER_TRADE_UPDATE'),
  o: ExchangeReport.extend({ n: Decimal.optional(), N: z.string().nullish() }),
})

/** What is an order there has seen the price that it waited for, if it did. [G38] */
export const viewOfUsdmOrder = (order: z.infer<typeof ExchangeOrder>): VenueOrder => ({
  ...viewOfOrder(order),
  isTriggered: true,
})

export const viewOfUpdate = ({ o }: z.infer<typeof OrderTradeUpdate>): ToldOrder => ({
  ...viewOfReport(o, { fee: o.n ?? '0', feeAsset: o.N ?? '' }),
  isTriggered: true,
})

/** Why USD-M cannot keep an order's terms. [G21] [G41] */
export function unfitTerms(order: PayloadOf<'order.submitted'>): { code: RejectCode; reason: string } | null {
  const no = (reason: string) => ({ code: 'TERMS_INVALID' as const, reason })
  const { timeInForce, orderType, bracket, isPostOnly } = order
  if (timeInForce === 'DAY' || timeInForce === 'GTD') return no(`${timeInForce} is not kept at Binance USD-M`)
  if (waits(order) && order.limitPrice === undefined && timeInForce !== 'GTC')
    return no('what waits for a price and then takes the market works until it is canceled')
  const { stopLoss = order.stopPrice, trailingOffset = order.trailingOffset } = bracket ?? {}
  if (stopLoss !== undefined && trailingOffset !== undefined)
    return no('a trailing stop begins behind the market there, at no price of its own')
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
