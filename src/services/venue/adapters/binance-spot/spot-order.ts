import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Params } from '../binance/signed-request.ts'
import type { RejectCode, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'

const Whole = z.number().int()
const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
const Status = z.string()

/** `GET`, `POST`, `DELETE /api/v3/order`, as far as it is read. */
export const SpotOrder = z.object({
  symbol: z.string(),
  orderId: Whole,
  clientOrderId: z.string(),
  /** Of a cancel: the order's own id; `clientOrderId` is then that of the cancel. */
  origClientOrderId: z.string().optional(),
  status: Status,
  executedQty: Decimal,
  type: z.string().optional(),
  isWorking: z.boolean().optional(),
  transactTime: Whole.optional(),
  fills: z
    .array(z.object({ price: Decimal, qty: Decimal, commission: Decimal, commissionAsset: z.string(), tradeId: Whole }))
    .optional(),
})

/** `GET /api/v3/myTrades`. */
export const SpotTrade = z.object({
  id: Whole,
  price: Decimal,
  qty: Decimal,
  commission: Decimal,
  commissionAsset: z.string(),
  time: Whole,
  isMaker: z.boolean(),
})

/** `executionReport` of the user data stream. */
export const ExecutionReport = z.object({
  e: z.literal('executionReport'),
  s: z.string(),
  c: z.string(),
  C: z.string(),
  x: z.string(),
  X: Status,
  i: Whole,
  l: Decimal,
  L: Decimal,
  n: Decimal,
  N: z.string().nullable(),
  T: Whole,
  t: Whole,
  z: Decimal,
  m: z.boolean(),
  w: z.boolean(),
  o: z.string(),
})

export const viewOfOrder = (order: z.infer<typeof SpotOrder>): VenueOrder => ({
  venueClientId: order.origClientOrderId ?? order.clientOrderId,
  venueOrderId: String(order.orderId),
  state: stateOf(order.status),
  executed: order.executedQty,
  isTriggered: order.isWorking === true,
  // What an order takes on arrival, it takes.
  trades: (order.fills ?? []).map(({ price, qty, commission, commissionAsset, tradeId }) => ({
    tradeId: String(tradeId),
    price,
    quantity: qty,
    fee: commission,
    feeAsset: commissionAsset,
    liquidity: 'taker',
    filledAt: (order.transactTime as number) * 1_000,
  })),
})

export const viewOfReport = (report: z.infer<typeof ExecutionReport>): VenueOrder => ({
  venueClientId: report.C !== '' ? report.C : report.c,
  venueOrderId: String(report.i),
  state: stateOf(report.X),
  executed: report.z,
  isTriggered: report.x === 'TRADE' || (report.w && report.X !== 'NEW'),
  trades:
    report.x === 'TRADE'
      ? [
          {
            tradeId: String(report.t),
            price: report.L,
            quantity: report.l,
            fee: report.n,
            feeAsset: report.N ?? '',
            liquidity: report.m ? 'maker' : 'taker',
            filledAt: report.T * 1_000,
          },
        ]
      : [],
})

export const tradeOf = (trade: z.infer<typeof SpotTrade>): VenueTrade => ({
  tradeId: String(trade.id),
  price: trade.price,
  quantity: trade.qty,
  fee: trade.commission,
  feeAsset: trade.commissionAsset,
  liquidity: trade.isMaker ? 'maker' : 'taker',
  filledAt: trade.time * 1_000,
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
