import { fault } from './binance-fault.ts'
import { allOrders, myTrades } from './history-routes.ts'
import type { ListenKey } from './listen-key.ts'
import { depth, exchangeInfo, tickerBook, tickerPrice } from './market-routes.ts'
import { orderParams } from './order-request.ts'
import {
  amendOrder,
  cancelAll,
  cancelOrder,
  cancelReplace,
  openOrders,
  orderStatus,
  placeOrder,
  testOrder,
} from './order-routes.ts'
import type { RateLimits } from './rate-limits.ts'
import { needed, type Params } from './request-params.ts'
import { accountJson } from './served-account.ts'
import type { ServedVenue } from './served-venue.ts'

export type Security = 'none' | 'key' | 'signed'
export type Route = {
  readonly security: Security
  /** What it counts for, by the names that are sent. [B9] */
  readonly weight: Weight
  /** Does it place an order? */
  readonly isOrder: boolean
  /** What it reads; whatever else is sent is refused. [B4] */
  readonly params: ReadonlySet<string>
  readonly answer: (served: Served, params: Params) => unknown
}
type Weight = (sent: URLSearchParams) => number
export type Served = {
  readonly venue: ServedVenue
  readonly limits: RateLimits
  readonly nowMs: () => number
  readonly listenKey: ListenKey
}

const route = (
  security: Security,
  weight: number | Weight,
  params: readonly string[],
  answer: Route['answer'],
): Route => ({
  security,
  weight: typeof weight === 'number' ? () => weight : weight,
  isOrder: answer === placeOrder || answer === cancelReplace,
  params: new Set(security === 'signed' ? [...params, 'timestamp', 'recvWindow', 'signature'] : params),
  answer,
})

const ofOne =
  (name: string, weight: number, all: number): Weight =>
  (sent) =>
    sent.has(name) ? weight : all

const ofDepth: Weight = (sent) => {
  const limit = Number(sent.get('limit') ?? 100)
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
}

/** Every endpoint that is served, by method and path (Binance Spot REST API v3). */
export const routes: Readonly<Record<string, Route>> = {
  'GET /api/v3/ping': route('none', 1, [], () => ({})),
  'GET /api/v3/time': route('none', 1, [], ({ nowMs }) => ({ serverTime: nowMs() })),
  'GET /api/v3/exchangeInfo': route('none', 20, ['symbol', 'symbols'], exchangeInfo),
  'GET /api/v3/ticker/price': route('none', ofOne('symbol', 2, 4), ['symbol', 'symbols'], tickerPrice),
  'GET /api/v3/ticker/bookTicker': route('none', ofOne('symbol', 2, 4), ['symbol', 'symbols'], tickerBook),
  'GET /api/v3/depth': route('none', ofDepth, ['symbol', 'limit'], depth),
  'GET /api/v3/account': route('signed', 20, ['omitZeroBalances'], ({ venue, nowMs }, params) =>
    accountJson(venue, nowMs(), params),
  ),
  'POST /api/v3/order': route('signed', 1, orderParams, placeOrder),
  'POST /api/v3/order/test': route('signed', 1, orderParams, testOrder),
  'DELETE /api/v3/order': route(
    'signed',
    1,
    ['symbol', 'orderId', 'origClientOrderId', 'newClientOrderId', 'cancelRestrictions'],
    cancelOrder,
  ),
  'GET /api/v3/order': route('signed', 4, ['symbol', 'orderId', 'origClientOrderId'], orderStatus),
  'POST /api/v3/order/cancelReplace': route(
    'signed',
    1,
    [
      ...orderParams,
      'cancelReplaceMode',
      'cancelOrderId',
      'cancelOrigClientOrderId',
      'cancelNewClientOrderId',
      'cancelRestrictions',
      'orderRateLimitExceededMode',
    ],
    cancelReplace,
  ),
  'PUT /api/v3/order/amend/keepPriority': route(
    'signed',
    4,
    ['symbol', 'orderId', 'origClientOrderId', 'newClientOrderId', 'newQty'],
    amendOrder,
  ),
  'GET /api/v3/openOrders': route('signed', ofOne('symbol', 6, 80), ['symbol'], openOrders),
  'DELETE /api/v3/openOrders': route('signed', 1, ['symbol'], cancelAll),
  'GET /api/v3/allOrders': route('signed', 20, ['symbol', 'orderId', 'startTime', 'endTime', 'limit'], allOrders),
  'GET /api/v3/myTrades': route(
    'signed',
    ofOne('orderId', 5, 20),
    ['symbol', 'orderId', 'startTime', 'endTime', 'fromId', 'limit'],
    myTrades,
  ),
  'POST /api/v3/userDataStream': route('key', 2, [], openStream),
  'PUT /api/v3/userDataStream': route('key', 2, ['listenKey'], keepStream),
  'DELETE /api/v3/userDataStream': route('key', 2, ['listenKey'], closeStream),
}

function openStream({ listenKey }: Served) {
  return { listenKey: listenKey.open() }
}

function keepStream({ listenKey }: Served, params: Params) {
  if (needed(params, 'listenKey') !== listenKey.valid) throw fault.listenKey()
  listenKey.open()
  return {}
}

function closeStream(served: Served, params: Params) {
  keepStream(served, params)
  served.listenKey.close()
  return {}
}
