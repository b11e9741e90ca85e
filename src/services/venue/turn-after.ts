import { quantityToLots } from '#lib/domain/lot-size.ts'
import { type Exchange, heldLots } from './exchange.ts'
import { type Said, type Turn, turnOf } from './turn.ts'
import type { WorkingOrder } from './working-order.ts'

/** The turn of an order after others in its instrument had theirs, and what was said in them. */
export const turnAfter = (said: readonly Said[], exchange: Exchange, order: WorkingOrder): Turn =>
  turnOf(order, heldLots(exchange, order) + takenIn(said, order))

/** Signed lots that the order's strategy has got in its instrument by what has just been said. */
function takenIn(said: readonly Said[], { strategy, listing, isReduceOnly }: WorkingOrder): number {
  if (!isReduceOnly) return 0
  let lots = 0
  for (const { topic, payload } of said) {
    if (topic !== 'order.fill' || payload.strategy !== strategy || payload.instrument !== listing.instrument) continue
    const filled = quantityToLots(payload.quantity, listing.lotSize)
    lots += payload.side === 'buy' ? filled : -filled
  }
  return lots
}
