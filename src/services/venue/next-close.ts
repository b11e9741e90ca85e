import { type FillingBar, type Take, takeAll } from './take.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/** On the first bar: at its close, taking; a limit that the close does not reach rests from the next bar on. [V11] */
export const takeNextClose = (order: WorkingOrder, bar: FillingBar): Take | null =>
  isMarketable(order, bar.close) ? takeAll(order, bar.close, 'taker', bar.end) : null
