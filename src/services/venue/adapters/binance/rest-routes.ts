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
import { needed, type Params } from './request-params.ts'
import { accountJson } from './served-account.ts'
import type { ServedVenue } from './served-venue.ts'

export type Security = 'none' | 'key' | 'signed'
export type Route = {
  readonly security: Security
  /** What it reads; whatever else is sent is refused. [B4] */
  readonly params: ReadonlySet<string>
  readonly answer: (served: Served, params: Params) => unknown
}
export type Served = {
  readonly venue: ServedVenue
  readonly nowMs: () => number
  readonly listenKey: ListenKey
}

const route = (security: Security, params: readonly string[], answer: Route['answer']): Route => ({
  security,
  params: new Set(security === 'signed' ? [...params, 'timestamp', 'recvWindow', 'signature'] : params),
  answer,
})

/** Every endpoint that is served, by method and path (Binance Spot REST API v3). */
export const routes: Readonly<Record<string, Route>> = {
  'GET /api/v3/ping': route('none', [], () => ({})),
  'GET /api/v3/time': route('none', [], ({ nowMs }) => ({ serverTime: nowMs() })),
  'GET /api/v3/exchangeInfo': route('none', ['symbol', 'symbols'], exchangeInfo),
  'GET /api/v3/ticker/price': route('none', ['symbol', 'symbols'], tickerPrice),
  'GET /api/v3/ticker/bookTicker': route('none', ['symbol', 'symbols'], tickerBook),
  'GET /api/v3/depth': route('none', ['symbol', 'limit'], depth),
  'GET /api/v3/account': route('signed', ['omitZeroBalances'], ({ venue, nowMs }, params) =>
    accountJson(venue, nowMs(), params),
  ),
  'POST /api/v3/order': route('signed', orderParams, placeOrder),
  'POST /api/v3/order/test': route('signed', orderParams, testOrder),
  'DELETE /api/v3/order': route(
    'signed',
    ['symbol', 'orderId', 'origClientOrderId', 'newClientOrderId', 'cancelRestrictions'],
    cancelOrder,
  ),
  'GET /api/v3/order': route('signed', ['symbol', 'orderId', 'origClientOrderId'], orderStatus),
  'POST /api/v3/order/cancelReplace': route(
    'signed',
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
    ['symbol', 'orderId', 'origClientOrderId', 'newClientOrderId', 'newQty'],
    amendOrder,
  ),
  'GET /api/v3/openOrders': route('signed', ['symbol'], openOrders),
  'DELETE /api/v3/openOrders': route('signed', ['symbol'], cancelAll),
  'GET /api/v3/allOrders': route('signed', ['symbol', 'orderId', 'startTime', 'endTime', 'limit'], allOrders),
  'GET /api/v3/myTrades': route('signed', ['symbol', 'orderId', 'startTime', 'endTime', 'fromId', 'limit'], myTrades),
  'POST /api/v3/userDataStream': route('key', [], openStream),
  'PUT /api/v3/userDataStream': route('key', ['listenKey'], keepStream),
  'DELETE /api/v3/userDataStream': route('key', ['listenKey'], closeStream),
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
