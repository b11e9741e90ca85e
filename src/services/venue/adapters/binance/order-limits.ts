import { compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fault } from './binance-fault.ts'
import { maxNumAlgoOrders, maxNumOrders } from './listed-symbol.ts'
import type { MarketView } from './market-view.ts'
import type { OrderRequest } from './order-request.ts'
import { isOpen, type ServedOrder } from './served-order.ts'

/** Refuses an order for which too many of its symbol are open, and one that waits for a price which is there. Throws a BinanceFault. [B7] */
export function checkLimits(request: OrderRequest, open: readonly ServedOrder[], market: MarketView): void {
  if (open.length >= maxNumOrders) throw fault.filter('MAX_NUM_ORDERS')
  if (request.stopPrice === null) return
  const algoOrders = open.filter((order) => order.request.stopPrice !== null)
  if (algoOrders.length >= maxNumAlgoOrders) throw fault.filter('MAX_NUM_ALGO_ORDERS')
  const { side, type, stopPrice, symbol } = request
  const { instrument } = symbol.instrument
  // What triggers it here: the side that it would take, else the last trade.
  const best = market.best(instrument)
  const price = (side === 'BUY' ? best.ask : best.bid) ?? market.last(instrument)?.price
  if (price === undefined) return
  const isUpwards = (side === 'BUY') === type.startsWith('STOP')
  const distance = compareExact(parseExact(price), parseExact(stopPrice))
  if (isUpwards ? distance >= 0 : distance <= 0) throw fault.rejected('Order would trigger immediately.')
}

/** Throws a BinanceFault where an order cannot be made so small where it stands. */
export function checkAmendment(order: ServedOrder, quantity: string): void {
  if (!isOpen(order)) throw fault.noOrder()
  const distance = compareExact(parseExact(quantity), parseExact(order.request.quantity))
  if (distance > 0) throw fault.amendRejected('Order amend (quantity increase) is not supported.')
  if (distance === 0) throw fault.amendRejected('The requested action would change no state; rejecting.')
  if (compareExact(parseExact(quantity), order.executed) <= 0) throw fault.filter('LOT_SIZE')
}

/** Is its price behind the other side? */
export function wouldRest({ request }: ServedOrder, market: MarketView): boolean {
  const { bid, ask } = market.best(request.symbol.instrument.instrument)
  const other = request.side === 'BUY' ? ask : bid
  if (other === null || request.price === null) return true
  const distance = compareExact(parseExact(request.price), parseExact(other))
  return request.side === 'BUY' ? distance < 0 : distance > 0
}

/** What an order could cost at most: a buy at its limit, its stop or the ask; a sell its quantity. Throws a BinanceFault where there is no market. */
export function mostOf({ side, quantity, price, stopPrice, symbol }: OrderRequest, market: MarketView): ExactDecimal {
  if (side === 'SELL') return parseExact(quantity)
  const { ask } = market.best(symbol.instrument.instrument)
  const at = price ?? stopPrice ?? ask
  if (at === null) throw fault.rejected('Market is closed.')
  return multiplyExact(parseExact(quantity), parseExact(at))
}
