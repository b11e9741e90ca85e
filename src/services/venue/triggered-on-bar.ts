import { takeResting } from './resting-on-bar.ts'
import { type FillingBar, type Take, takeAll } from './take.ts'
import { isReached } from './trigger.ts'
import { type Turn, trigger } from './turn.ts'

/**
 * An order that waits for its price: at the open when the bar opens at or beyond it, else at its own price when the bar comes to it,
 * known at the bar's end. A limit order that is triggered at the open rests from there; inside the bar the path is not known, so
 * it rests from the next bar on. [V23]
 */
export function takeTriggered(turn: Turn, bar: FillingBar): Take | null {
  const { order } = turn
  const waits = order.trigger
  if (waits === null || waits.price === null) return null
  const { price, towards } = waits
  if (isReached(waits, bar.open)) {
    trigger(turn, bar.open)
    if (order.limitPrice !== null) return takeResting(order, bar)
    return takeAll(order, bar.open, 'taker', bar.start)
  }
  if (!isReached(waits, towards === 'up' ? bar.high : bar.low)) return null
  trigger(turn, price)
  return order.limitPrice === null ? takeAll(order, price, 'taker', bar.end) : null
}
