import { randomBytes } from 'node:crypto'
import { BinanceFault, fault } from './binance-fault.ts'
import { symbolInfo } from './listed-symbol.ts'
import { needed, orderRequest, type Params } from './order-request.ts'
import { wholeNumber } from './request-auth.ts'
import { accountJson } from './served-account.ts'
import { orderJson, placedJson, type ServedOrder, tradeJson } from './served-order.ts'
import type { ServedVenue } from './served-venue.ts'

export type Security = 'none' | 'key' | 'signed'
export type Route = {
  readonly security: Security
  readonly answer: (served: Served, params: Params) => unknown
}
export type Served = {
  readonly venue: ServedVenue
  readonly nowMs: () => number
  readonly listenKeys: Set<string>
}

/** Every endpoint that is served, by method and path (Binance Spot REST API v3). */
export const routes: Readonly<Record<string, Route>> = {
  'GET /api/v3/ping': { security: 'none', answer: () => ({}) },
  'GET /api/v3/time': { security: 'none', answer: ({ nowMs }) => ({ serverTime: nowMs() }) },
  'GET /api/v3/exchangeInfo': { security: 'none', answer: exchangeInfo },
  'GET /api/v3/ticker/price': { security: 'none', answer: (served, params) => eachSymbol(served, params, priceOf) },
  'GET /api/v3/ticker/bookTicker': { security: 'none', answer: (served, params) => eachSymbol(served, params, topOf) },
  'GET /api/v3/depth': { security: 'none', answer: depth },
  'GET /api/v3/account': {
    security: 'signed',
    answer: ({ venue, nowMs }, params) => accountJson(venue, nowMs(), params),
  },
  'POST /api/v3/order': { security: 'signed', answer: placeOrder },
  'POST /api/v3/order/test': { security: 'signed', answer: testOrder },
  'DELETE /api/v3/order': { security: 'signed', answer: cancelOrder },
  'GET /api/v3/order': { security: 'signed', answer: (served, params) => orderJson(orderNamed(served, params)) },
  'POST /api/v3/order/cancelReplace': { security: 'signed', answer: cancelReplace },
  'GET /api/v3/openOrders': { security: 'signed', answer: openOrders },
  'DELETE /api/v3/openOrders': { security: 'signed', answer: cancelAll },
  'GET /api/v3/allOrders': { security: 'signed', answer: allOrders },
  'GET /api/v3/myTrades': { security: 'signed', answer: myTrades },
  'POST /api/v3/userDataStream': { security: 'key', answer: openStream },
  'PUT /api/v3/userDataStream': { security: 'key', answer: (served, params) => keepStream(served, params) },
  'DELETE /api/v3/userDataStream': {
    security: 'key',
    answer: (served, params) => {
      keepStream(served, params)
      served.listenKeys.delete(needed(params, 'listenKey'))
      return {}
    },
  },
}

function symbolNamed({ venue }: Served, params: Params) {
  const symbol = venue.symbols.get(needed(params, 'symbol'))
  if (symbol === undefined) throw fault.symbol()
  return symbol
}

function exchangeInfo({ venue, nowMs }: Served, params: Params) {
  const named = params.get('symbol')
  if (named !== undefined && !venue.symbols.has(named)) throw fault.symbol()
  const symbols = [...venue.symbols.values()].filter(({ symbol }) => named === undefined || symbol === named)
  return { timezone: 'UTC', serverTime: nowMs(), rateLimits: [], exchangeFilters: [], symbols: symbols.map(symbolInfo) }
}

function eachSymbol(served: Served, params: Params, answer: (served: Served, symbol: string) => unknown): unknown {
  if (params.has('symbol')) return answer(served, symbolNamed(served, params).symbol)
  return [...served.venue.symbols.keys()].map((symbol) => answer(served, symbol))
}

const instrumentOf = ({ venue }: Served, symbol: string): string =>
  venue.symbols.get(symbol)?.instrument.instrument ?? ''

function priceOf(served: Served, symbol: string) {
  const instrument = instrumentOf(served, symbol)
  const { market } = served.venue
  return { symbol, price: market.last(instrument)?.price ?? market.best(instrument).bid ?? '0' }
}

function topOf(served: Served, symbol: string) {
  const { bid, bidSize, ask, askSize } = served.venue.market.best(instrumentOf(served, symbol))
  const zero = '0.00000000'
  return { symbol, bidPrice: bid ?? zero, bidQty: bidSize ?? zero, askPrice: ask ?? zero, askQty: askSize ?? zero }
}

/** The venue knows the top of the book; that is the depth it has. */
function depth(served: Served, params: Params) {
  const { market } = served.venue
  const { bid, bidSize, ask, askSize } = market.best(symbolNamed(served, params).instrument.instrument)
  const side = (price: string | null, size: string | null) => (price === null ? [] : [[price, size ?? '0']])
  return { lastUpdateId: market.updateId, bids: side(bid, bidSize), asks: side(ask, askSize) }
}

function requestIn(served: Served, params: Params) {
  const symbol = symbolNamed(served, params)
  return orderRequest(params, symbol, served.venue.market.best(symbol.instrument.instrument))
}

function placeOrder(served: Served, params: Params) {
  const request = requestIn(served, params)
  const isFull = request.type === 'MARKET' || request.type === 'LIMIT'
  return placedJson(served.venue.place(request), params.get('newOrderRespType') ?? (isFull ? 'FULL' : 'ACK'))
}

function testOrder(served: Served, params: Params) {
  requestIn(served, params)
  return {}
}

function orderNamed(served: Served, params: Params): ServedOrder {
  const { symbol } = symbolNamed(served, params)
  const [id, name] = [params.get('orderId'), params.get('origClientOrderId')]
  if (id === undefined && name === undefined) throw fault.mandatory('orderId')
  const orders = served.venue.orders
  const found =
    id !== undefined
      ? orders.get(wholeNumber(id, 'orderId'))
      : [...orders.values()].reverse().find(({ clientOrderId }) => clientOrderId === name)
  if (found === undefined || found.request.symbol.symbol !== symbol) throw fault.noOrder()
  return found
}

function cancelOrder(served: Served, params: Params) {
  let order: ServedOrder
  try {
    order = orderNamed(served, params)
  } catch (error) {
    throw (error as { code?: number }).code === -2013 ? fault.cancelRejected() : error
  }
  served.venue.cancel(order)
  return canceledJson(order, params)
}

function canceledJson(order: ServedOrder, params: Params) {
  const { clientOrderId, time: _, updateTime, isWorking: __, ...rest } = orderJson(order)
  const named = params.get('newClientOrderId') ?? clientOrderId
  return { ...rest, origClientOrderId: clientOrderId, clientOrderId: named, transactTime: updateTime }
}

function cancelReplace(served: Served, params: Params) {
  const mode = needed(params, 'cancelReplaceMode')
  if (mode !== 'STOP_ON_FAILURE' && mode !== 'ALLOW_FAILURE') throw fault.illegal('cancelReplaceMode')
  const [id, name] = [params.get('cancelOrderId'), params.get('cancelOrigClientOrderId')]
  if (id === undefined && name === undefined) throw fault.mandatory('cancelOrderId')
  const request = requestIn(served, params)
  const named = new Map(params)
  named.delete('newClientOrderId')
  if (id !== undefined) named.set('orderId', id)
  else named.delete('orderId')
  if (name !== undefined) named.set('origClientOrderId', name)
  const canceled = attempt(() => cancelOrder(served, named))
  const placed =
    canceled.result === 'FAILURE' && mode === 'STOP_ON_FAILURE'
      ? ({ result: 'NOT_ATTEMPTED', response: null } as const)
      : attempt(() => placedJson(served.venue.place(request), params.get('newOrderRespType') ?? 'FULL'))
  const both = {
    cancelResult: canceled.result,
    newOrderResult: placed.result,
    cancelResponse: canceled.response,
    newOrderResponse: placed.response,
  }
  if (canceled.result === 'SUCCESS' && placed.result === 'SUCCESS') return both
  if (canceled.result !== 'SUCCESS' && placed.result !== 'SUCCESS')
    throw new BinanceFault(-2022, 'Order cancel-replace failed.', 400, both)
  throw new BinanceFault(-2021, 'Order cancel-replace partially failed.', 409, both)
}

function attempt(act: () => unknown): { readonly result: 'SUCCESS' | 'FAILURE'; readonly response: unknown } {
  try {
    return { result: 'SUCCESS', response: act() }
  } catch (error) {
    if (!(error instanceof BinanceFault)) throw error
    return { result: 'FAILURE', response: { code: error.code, msg: error.message } }
  }
}

function openOrders(served: Served, params: Params) {
  const symbol = params.has('symbol') ? symbolNamed(served, params).symbol : undefined
  return served.venue.openOrders(symbol).map(orderJson)
}

function cancelAll(served: Served, params: Params) {
  const orders = served.venue.openOrders(symbolNamed(served, params).symbol)
  if (orders.length === 0) throw fault.cancelRejected()
  for (const order of orders) served.venue.cancel(order)
  return orders.map((order) => canceledJson(order, params))
}

const limited = <T>(all: readonly T[], params: Params): readonly T[] => all.slice(-limitOf(params))

function limitOf(params: Params): number {
  const limit = params.has('limit') ? wholeNumber(needed(params, 'limit'), 'limit') : 500
  return Math.min(1_000, Math.max(1, limit))
}

function allOrders(served: Served, params: Params) {
  const { symbol } = symbolNamed(served, params)
  const from = params.has('orderId') ? wholeNumber(needed(params, 'orderId'), 'orderId') : 0
  const all = [...served.venue.orders.values()]
  const own = all.filter(({ request, orderId }) => request.symbol.symbol === symbol && orderId >= from)
  // From an id on, the oldest of them; else the newest of all.
  return (params.has('orderId') ? own.slice(0, limitOf(params)) : limited(own, params)).map(orderJson)
}

function myTrades(served: Served, params: Params) {
  const { symbol } = symbolNamed(served, params)
  const id = params.has('orderId') ? wholeNumber(needed(params, 'orderId'), 'orderId') : null
  const orders = [...served.venue.orders.values()].filter(
    ({ request, orderId }) => request.symbol.symbol === symbol && (id === null || orderId === id),
  )
  const from = params.has('fromId') ? wholeNumber(needed(params, 'fromId'), 'fromId') : null
  const all = orders.flatMap((order) => order.trades).sort((a, b) => a.id - b.id)
  const trades = from === null ? all : all.filter((trade) => trade.id >= from)
  return (from === null ? limited(trades, params) : trades.slice(0, limitOf(params))).map((trade) =>
    tradeJson(symbol, trade),
  )
}

function openStream({ listenKeys }: Served) {
  const listenKey = randomBytes(32).toString('hex')
  listenKeys.add(listenKey)
  return { listenKey }
}

function keepStream({ listenKeys }: Served, params: Params) {
  if (!listenKeys.has(needed(params, 'listenKey'))) throw fault.listenKey()
  return {}
}
