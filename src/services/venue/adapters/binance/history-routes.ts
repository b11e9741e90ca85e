import { fault } from './binance-fault.ts'
import { limitIn, symbolNamed } from './market-routes.ts'
import { type Params, wholeNumberIn } from './request-params.ts'
import type { Served } from './rest-routes.ts'
import { orderJson, tradeJson } from './served-order.ts'

const dayMs = 86_400_000

export function allOrders(served: Served, params: Params) {
  const { symbol } = symbolNamed(served, params)
  const from = wholeNumberIn(params, 'orderId')
  const isWithin = timesIn(params)
  const all = [...served.venue.orders.values()].filter(
    ({ request, orderId, time }) => request.symbol.symbol === symbol && orderId >= (from ?? 0) && isWithin(time),
  )
  return pageOf(all, params, from !== undefined).map(orderJson)
}

export function myTrades(served: Served, params: Params) {
  const { symbol } = symbolNamed(served, params)
  const [id, from] = [wholeNumberIn(params, 'orderId'), wholeNumberIn(params, 'fromId')]
  const isWithin = timesIn(params)
  if ((id !== undefined || from !== undefined) && hasTimes(params)) throw fault.combination()
  const orders = [...served.venue.orders.values()].filter(
    ({ request, orderId }) => request.symbol.symbol === symbol && (id === undefined || orderId === id),
  )
  const all = orders
    .flatMap((order) => order.trades)
    .filter((trade) => trade.id >= (from ?? 0) && isWithin(trade.time))
    .sort((a, b) => a.id - b.id)
  return pageOf(all, params, from !== undefined).map((trade) => tradeJson(symbol, trade))
}

const hasTimes = (params: Params) => params.has('startTime') || params.has('endTime')

/** From an id or a time on, the oldest; else the newest of all. */
function pageOf<T>(all: readonly T[], params: Params, hasFirst: boolean): readonly T[] {
  const limit = Math.min(1_000, limitIn(params, 500))
  return hasFirst || params.has('startTime') ? all.slice(0, limit) : all.slice(-limit)
}

/** Whether a time, in milliseconds, is within what is asked for: at most a day. Throws a BinanceFault. */
function timesIn(params: Params): (timeMs: number) => boolean {
  const [start, end] = [wholeNumberIn(params, 'startTime'), wholeNumberIn(params, 'endTime')]
  if (start !== undefined && end !== undefined && (end < start || end - start > dayMs)) throw fault.hours()
  return (timeMs) => timeMs >= (start ?? 0) && timeMs <= (end ?? Number.POSITIVE_INFINITY)
}
