import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import {
  Decimal,
  ExchangeOrder,
  ExchangeReport,
  ExchangeTrade,
  Id,
  viewOfOrder,
  viewOfReport,
  viewOfTrade,
  Whole,
} from '../binance/exchange-order.ts'
import type { Params } from '../binance/signed-request.ts'
import type { RejectCode, ToldOrder, VenueOrder } from '../gateway/real-venue.ts'

/** `GET`, `POST`, `DELETE /api/v3/order`, as far as it is read. */
export const SpotOrder = ExchangeOrder.extend({
  /** Of a cancel: the order's own id; `clientOrderId` is then that of the cancel. */
  origClientOrderId: z.string().optional(),
  isWorking: z.boolean().optional(),
  transactTime: Whole.optional(),
  fills: z
    .array(z.object({ price: Decimal, qty: Decimal, commission: Decimal, commissionAsset: z.string(), tradeId: Id }))
    .optional(),
})

/** `PUT /api/v3/order/amend/keepPriority`. */
export const Amended = z.object({ amendedOrder: SpotOrder })

/** `GET /api/v3/myTrades`. */
export const SpotTrade = ExchangeTrade.extend({ isMaker: z.boolean(), isBuyer: z.boolean() })

/** `executionReport` of the user data stream. */
export const ExecutionReport = ExchangeReport.extend({
  e: z.literal('executionReport'),
  C: z.string(),
  n: Decimal,
  N: z.string().nullable(),
  w: z.boolean(),
  o: z.string(),
})

export const viewOfSpotOrder = (order: z.infer<typeof SpotOrder>): VenueOrder => ({
  ...viewOfOrder(order),
  venueClientId: order.origClientOrderId ?? order.clientOrderId,
  isTriggered: order.isWorking === true,
  // What an order takes on arrival, it takes.
  trades: (order.fills ?? []).map(({ tradeId, ...fill }) =>
    viewOfTrade({ ...fill, id: tradeId, orderId: order.orderId, time: order.transactTime as number }, false),
  ),
})

export const viewOfExecution = (report: z.infer<typeof ExecutionReport>): ToldOrder => ({
  ...viewOfReport(report, { fee: report.n, feeAsset: report.N ?? '' }),
  venueClientId: report.C !== '' ? report.C : report.c,
  isTriggered: report.x === 'TRADE' || (report.w && report.X !== 'NEW'),
})

/** Why Binance Spot cannot keep an order's terms. [G6] */
export function unfitTerms(order: PayloadOf<'order.submitted'>): { code: RejectCode; reason: string } | null {
  const no = (reason: string) => ({ code: 'TERMS_INVALID' as const, reason })
  const { timeInForce, orderType, isReduceOnly, bracket, isPostOnly } = order
  if (timeInForce === 'DAY' || timeInForce === 'GTD') return no(`Binance Spot has no ${timeInForce}`)
  if (orderType === 'trailing_stop') return no('a trailing stop by price is not one of Binance Spot')
  if (isReduceOnly === true || order.closes !== undefined) return no('Binance Spot has no reduce-only orders')
  if (bracket !== undefined) return no('the exits of a bracket could not be kept there')
  if (isPostOnly === true && orderType !== 'limit') return no('only a limit order can be post-only')
  return null
}

/** `POST /api/v3/order`. */
export function paramsOf(order: PayloadOf<'order.submitted'>, symbol: string, venueClientId: string): Params {
  const { side, quantity, orderType, limitPrice, stopPrice, timeInForce, isPostOnly } = order
  const isMaker = isPostOnly === true
  const type = isMaker ? 'LIMIT_MAKER' : typeOf[orderType]
  const isLimit = type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
  return {
    symbol,
    side: side === 'buy' ? 'BUY' : 'SELL',
    type,
    quantity,
    ...(isLimit || isMaker ? { price: limitPrice as string } : {}),
    ...(isLimit ? { timeInForce } : {}),
    ...(stopPrice === undefined || type === 'MARKET' || type === 'LIMIT' || isMaker ? {} : { stopPrice }),
    newClientOrderId: venueClientId,
    newOrderRespType: 'FULL',
  }
}

const typeOf = {
  market: 'MARKET',
  limit: 'LIMIT',
  stop: 'STOP_LOSS',
  stop_limit: 'STOP_LOSS_LIMIT',
  market_if_touched: 'TAKE_PROFIT',
  limit_if_touched: 'TAKE_PROFIT_LIMIT',
  trailing_stop: 'STOP_LOSS',
} as const satisfies Record<PayloadOf<'order.submitted'>['orderType'], string>
