import { takeResting } from './resting-on-bar.ts'
import { type FillingBar, type Take, takeAll } from './take.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/** On the first bar: at its open, taking; a limit that the open does not reach rests from there on. [V10] */
export const takeNextOpen = (order: WorkingOrder, bar: FillingBar): Take | null =>
  isMarketable(order, bar.open) ? takeAll(order, bar.open, 'taker', bar.start) : takeResting(order, bar)
