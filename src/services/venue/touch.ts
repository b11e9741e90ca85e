import { availableLots, type Displayed } from './standing-quote.ts'
import type { Take } from './take.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/**
 * Against the opposite side of a quote, at most what it displays. On its arrival an order takes at the quote's price; a limit
 * order that rested is hit at its own limit. [V13]-[V15]
 */
export function takeTouch(
  order: WorkingOrder,
  displayed: Displayed,
  isArrival: boolean,
  filledAt: number,
): Take | null {
  const price = order.side === 'buy' ? displayed.ask : displayed.bid
  if (price === null || !isMarketable(order, price)) return null
  const lots = availableLots(displayed, order)
  if (lots === 0) return null
  const takes = isArrival || order.limitPrice === null
  return { price: takes ? price : (order.limitPrice as string), lots, liquidity: takes ? 'taker' : 'maker', filledAt }
}
