import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { OrderRequest, Response } from './order-request.ts'
import { eightDigits } from './wallet.ts'

export type OrderState = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED'

/** An order as Binance keeps it. Times are milliseconds. */
export type ServedOrder = {
  /** With less quantity than it came with, where it was amended. */
  request: OrderRequest
  readonly orderId: number
  clientOrderId: string
  readonly time: number
  updateTime: number
  status: OrderState
  executed: ExactDecimal
  /** Price times quantity of all fills. */
  quoteExecuted: ExactDecimal
  isTriggered: boolean
  /** What the client called its cancel. */
  canceledBy: string | null
  /** What it locked and has not spent: of the quote asset for a buy, of the base asset for a sell. */
  locked: ExactDecimal
  readonly trades: ServedTrade[]
}

export type ServedTrade = {
  readonly id: number
  readonly orderId: number
  readonly price: string
  readonly quantity: string
  readonly commission: string
  readonly commissionAsset: string
  readonly time: number
  readonly isBuyer: boolean
  readonly isMaker: boolean
}

/** As it is before the market has seen it. */
export const newOrder = (
  request: OrderRequest,
  orderId: number,
  clientOrderId: string,
  timeMs: number,
  locked: ExactDecimal,
): ServedOrder => ({
  request,
  orderId,
  clientOrderId,
  time: timeMs,
  updateTime: timeMs,
  status: 'NEW',
  executed: zero,
  quoteExecuted: zero,
  isTriggered: false,
  canceledBy: null,
  locked,
  trades: [],
})

export const isOpen = ({ status }: ServedOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'

/** What is left to be filled. */
export const leavesOf = ({ request, executed }: ServedOrder): ExactDecimal =>
  subtractExact(parseExact(request.quantity), executed)

/** All of it, at its limit or its stop. */
export function costOf({ request }: ServedOrder): ExactDecimal {
  const at = request.price ?? request.stopPrice
  return at === null ? zero : multiplyExact(parseExact(request.quantity), parseExact(at))
}

/** Counts a fill in. */
export function fillServed(order: ServedOrder, trade: ServedTrade): void {
  const quantity = parseExact(trade.quantity)
  order.executed = addExact(order.executed, quantity)
  order.quoteExecuted = addExact(order.quoteExecuted, multiplyExact(parseExact(trade.price), quantity))
  order.status = leavesOf(order).units === 0n ? 'FILLED' : 'PARTIALLY_FILLED'
  order.updateTime = trade.time
  order.trades.push(trade)
}

/** As `GET /api/v3/order` answers. */
export function orderJson({ request, orderId, clientOrderId, ...order }: ServedOrder) {
  return {
    symbol: request.symbol.symbol,
    orderId,
    orderListId: -1,
    clientOrderId,
    price: eight(request.price),
    origQty: eight(request.quantity),
    executedQty: eightDigits(order.executed),
    cummulativeQuoteQty: eightDigits(order.quoteExecuted),
    status: order.status,
    timeInForce: request.timeInForce,
    type: request.type,
    side: request.side,
    stopPrice: eight(request.stopPrice),
    icebergQty: '0.00000000',
    time: order.time,
    updateTime: order.updateTime,
    isWorking: request.stopPrice === null || order.isTriggered,
    workingTime: order.time,
    origQuoteOrderQty: eight(request.quoteOrderQty),
    strategyId: request.strategyId,
    strategyType: request.strategyType,
    selfTradePreventionMode: 'NONE',
  }
}

/** As `POST /api/v3/order` answers: ACK, RESULT or FULL. */
export function placedJson(order: ServedOrder, response: Response) {
  const { symbol, orderId, orderListId, clientOrderId, ...result } = orderJson(order)
  const ack = { symbol, orderId, orderListId, clientOrderId, transactTime: order.time }
  if (response === 'ACK') return ack
  const { time: _, updateTime: __, isWorking: ___, icebergQty: ____, ...more } = result
  if (response === 'RESULT') return { ...ack, ...more }
  const fills = order.trades.map(({ price, quantity, commission, commissionAsset, id }) => ({
    price: eight(price),
    qty: eight(quantity),
    commission,
    commissionAsset,
    tradeId: id,
  }))
  return { ...ack, ...more, fills }
}

/** As `GET /api/v3/myTrades` answers. */
export const tradeJson = (symbol: string, trade: ServedTrade) => ({
  symbol,
  id: trade.id,
  orderId: trade.orderId,
  orderListId: -1,
  price: eight(trade.price),
  qty: eight(trade.quantity),
  quoteQty: eightDigits(multiplyExact(parseExact(trade.price), parseExact(trade.quantity))),
  commission: trade.commission,
  commissionAsset: trade.commissionAsset,
  time: trade.time,
  isBuyer: trade.isBuyer,
  isMaker: trade.isMaker,
  isBestMatch: true,
})

/** As `PUT /api/v3/order/amend/keepPriority` answers. */
export function amendedJson(order: ServedOrder, replaced: string) {
  const {
    origQty: qty,
    time: _,
    updateTime: __,
    isWorking: ___,
    icebergQty: ____,
    stopPrice: _____,
    ...rest
  } = orderJson(order)
  const { cummulativeQuoteQty: cumulativeQuoteQty, origQuoteOrderQty: quoteOrderQty, ...more } = rest
  const amended = {
    ...more,
    origClientOrderId: replaced,
    qty,
    preventedQty: '0.00000000',
    quoteOrderQty,
    cumulativeQuoteQty,
  }
  return { transactTime: order.updateTime, executionId: order.orderId, amendedOrder: amended }
}

/** A frame of the user data stream. `replaced`: what an amended order was called before. */
export function executionReport(
  order: ServedOrder,
  type: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED' | 'REJECTED' | 'REPLACED',
  replaced = '',
) {
  const { request, trades } = order
  const trade = type === 'TRADE' ? trades.at(-1) : undefined
  return {
    e: 'executionReport',
    E: order.updateTime,
    s: request.symbol.symbol,
    c: type === 'CANCELED' ? (order.canceledBy ?? order.clientOrderId) : order.clientOrderId,
    S: request.side,
    o: request.type,
    f: request.timeInForce,
    q: eight(request.quantity),
    p: eight(request.price),
    P: eight(request.stopPrice),
    F: '0.00000000',
    g: -1,
    C: type === 'CANCELED' ? order.clientOrderId : type === 'REPLACED' ? replaced : '',
    x: type,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    l: eight(trade?.quantity ?? null),
    z: eightDigits(order.executed),
    L: eight(trade?.price ?? null),
    n: trade?.commission ?? '0',
    N: trade?.commissionAsset ?? null,
    T: order.updateTime,
    t: trade?.id ?? -1,
    I: order.orderId,
    w: isOpen(order) && (request.stopPrice === null || order.isTriggered),
    m: trade?.isMaker ?? false,
    M: false,
    O: order.time,
    Z: eightDigits(order.quoteExecuted),
    Y: eightDigits(trade ? multiplyExact(parseExact(trade.price), parseExact(trade.quantity)) : zero),
    Q: eight(request.quoteOrderQty),
    j: request.strategyId,
    J: request.strategyType,
    W: order.time,
    V: 'NONE',
  }
}

const eight = (text: string | null | undefined): string => eightDigits(parseExact(text ?? '0'))
