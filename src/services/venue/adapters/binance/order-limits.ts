import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fault } from './binance-fault.ts'
import { maxNumAlgoOrders, maxNumOrders } from './listed-symbol.ts'
import type { MarketView } from './market-view.ts'
import type { OrderRequest } from './order-request.ts'
import type { ServedOrder } from './served-order.ts'

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
