import { type FillingBar, type Take, takeAll } from './take.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/**
 * An order that rested before the bar began: at the open when the bar opens at or through its limit, else at the limit when the
 * bar touches it, known at the bar's end. So a buy gets min(open, limit). [V12]
 */
export function takeResting(order: WorkingOrder, bar: FillingBar): Take | null {
  if (isMarketable(order, bar.open)) {
    return takeAll(order, bar.open, order.limitPrice === null ? 'taker' : 'maker', bar.start)
  }
  const extreme = order.side === 'buy' ? bar.low : bar.high
  return isMarketable(order, extreme) ? takeAll(order, order.limitPrice as string, 'maker', bar.end) : null
}
