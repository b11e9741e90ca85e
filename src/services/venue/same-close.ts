import { type FillingBar, type Take, takeAll } from './take.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/** At once, at the close of the last bar that was delivered. [V9] */
export const takeSameClose = (order: WorkingOrder, lastBar: FillingBar): Take | null =>
  isMarketable(order, lastBar.close) ? takeAll(order, lastBar.close, 'taker', lastBar.end) : null
