import { BinanceFault, fault } from './binance-fault.ts'
import { symbolNamed } from './market-routes.ts'
import { checkClientOrderId, type OrderRequest, orderRequest, wholeLots } from './order-request.ts'
import { needed, oneNeeded, oneOf, type Params, wholeNumber } from './request-params.ts'
import type { Served } from './rest-routes.ts'
import { amendedJson, orderJson, placedJson, type ServedOrder } from './served-order.ts'

export function placeOrder(served: Served, params: Params) {
  const request = requestIn(served, params)
  const isFull = request.type === 'MARKET' || request.type === 'LIMIT'
  return placedJson(placed(served, request), request.response ?? (isFull ? 'FULL' : 'ACK'))
}

export function testOrder(served: Served, params: Params) {
  requestIn(served, params)
  return {}
}

export const orderStatus = (served: Served, params: Params) => orderJson(orderNamed(served, params))

export function cancelOrder(served: Served, params: Params) {
  const named = params.get('newClientOrderId')
  if (named !== undefined) checkClientOrderId(named, 'newClientOrderId')
  const restrictions = oneOf(
    params.get('cancelRestrictions') ?? 'NONE',
    ['NONE', 'ONLY_NEW', 'ONLY_PARTIALLY_FILLED'],
    fault.restrictions(),
  )
  const order = orderToCancel(served, params)
  if (restrictions !== 'NONE' && restrictions !== `ONLY_${order.status}`)
    throw fault.cancelRejected('Order was not canceled due to cancel restrictions.')
  served.venue.cancel(order, named)
  return canceledJson(order)
}

export function cancelReplace(served: Served, params: Params) {
  const mode = needed(params, 'cancelReplaceMode')
  if (mode !== 'STOP_ON_FAILURE' && mode !== 'ALLOW_FAILURE') throw fault.invalid('cancelReplaceMode')
  oneNeeded(params, 'cancelOrigClientOrderId', 'cancelOrderId')
  const [id, name] = [params.get('cancelOrderId'), params.get('cancelOrigClientOrderId')]
  const request = requestIn(served, params)
  const exceeded = params.get('orderRateLimitExceededMode') ?? 'DO_NOTHING'
  oneOf(exceeded, ['DO_NOTHING', 'CANCEL_ONLY'], fault.invalid('orderRateLimitExceededMode'))
  if (exceeded === 'DO_NOTHING') served.limits.checkOrders()
  const cancelName = params.get('cancelNewClientOrderId')
  if (cancelName !== undefined) checkClientOrderId(cancelName, 'cancelNewClientOrderId')
  const named = new Map(params)
  if (cancelName === undefined) named.delete('newClientOrderId')
  else named.set('newClientOrderId', cancelName)
  if (id !== undefined) named.set('orderId', id)
  else named.delete('orderId')
  if (name !== undefined) named.set('origClientOrderId', name)
  const canceled = attempt(() => cancelOrder(served, named))
  const replacing =
    canceled.result === 'FAILURE' && mode === 'STOP_ON_FAILURE'
      ? ({ result: 'NOT_ATTEMPTED', response: null } as const)
      : attempt(() => placedJson(placed(served, request), request.response ?? 'FULL'))
  const both = {
    cancelResult: canceled.result,
    newOrderResult: replacing.result,
    cancelResponse: canceled.response,
    newOrderResponse: replacing.response,
  }
  if (canceled.result === 'SUCCESS' && replacing.result === 'SUCCESS') return both
  if (canceled.result !== 'SUCCESS' && replacing.result !== 'SUCCESS')
    throw new BinanceFault(-2022, 'Order cancel-replace failed.', isLimited(replacing) ? 429 : 400, both)
  throw new BinanceFault(-2021, 'Order cancel-replace partially failed.', isLimited(replacing) ? 429 : 409, both)
}

/** Keeps its place at its price. */
export function amendOrder(served: Served, params: Params) {
  const order = orderNamed(served, params)
  const named = params.get('newClientOrderId')
  if (named !== undefined) checkClientOrderId(named, 'newClientOrderId')
  const quantity = wholeLots(params, 'newQty', order.request.symbol)
  return amendedJson(order, served.venue.amend(order, quantity, named))
}

export function openOrders(served: Served, params: Params) {
  const symbol = params.has('symbol') ? symbolNamed(served, params).symbol : undefined
  return served.venue.openOrders(symbol).map(orderJson)
}

export function cancelAll(served: Served, params: Params) {
  const orders = served.venue.openOrders(symbolNamed(served, params).symbol)
  if (orders.length === 0) throw fault.cancelRejected()
  for (const order of orders) served.venue.cancel(order)
  return orders.map(canceledJson)
}

const placed = ({ venue, limits }: Served, request: OrderRequest): ServedOrder =>
  limits.order(() => venue.place(request))

const isLimited = ({ response }: { readonly response: unknown }): boolean =>
  (response as { code?: number } | null)?.code === -1015

function requestIn(served: Served, params: Params) {
  const symbol = symbolNamed(served, params)
  return orderRequest(params, symbol, served.venue.market.best(symbol.instrument.instrument))
}

/** By its number, by its name, or by both, which then have to be one order's. */
function orderNamed(served: Served, params: Params): ServedOrder {
  const { symbol } = symbolNamed(served, params)
  oneNeeded(params, 'origClientOrderId', 'orderId')
  const [id, name] = [params.get('orderId'), params.get('origClientOrderId')]
  const orders = served.venue.orders
  const found =
    id !== undefined
      ? orders.get(wholeNumber(id, 'orderId'))
      : [...orders.values()].reverse().find(({ clientOrderId }) => clientOrderId === name)
  if (found === undefined || found.request.symbol.symbol !== symbol) throw fault.noOrder()
  if (name !== undefined && found.clientOrderId !== name) throw fault.otherOrder()
  return found
}

function orderToCancel(served: Served, params: Params): ServedOrder {
  try {
    return orderNamed(served, params)
  } catch (error) {
    throw (error as { code?: number }).code === -2013 ? fault.cancelRejected() : error
  }
}

function canceledJson(order: ServedOrder) {
  const { clientOrderId, time: _, updateTime, isWorking: __, ...rest } = orderJson(order)
  const canceledBy = order.canceledBy ?? clientOrderId
  return { ...rest, origClientOrderId: clientOrderId, clientOrderId: canceledBy, transactTime: updateTime }
}

function attempt(act: () => unknown): { readonly result: 'SUCCESS' | 'FAILURE'; readonly response: unknown } {
  try {
    return { result: 'SUCCESS', response: act() }
  } catch (error) {
    if (!(error instanceof BinanceFault)) throw error
    return { result: 'FAILURE', response: { code: error.code, msg: error.message } }
  }
}
