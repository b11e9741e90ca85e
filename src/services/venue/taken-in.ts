import { quantityToLots } from '#lib/domain/lot-size.ts'
import type { Said } from './turn.ts'
import type { WorkingOrder } from './working-order.ts'

/** Signed lots that the order's strategy has got in its instrument by what has just been said. */
export function takenIn(said: readonly Said[], { strategy, listing, isReduceOnly }: WorkingOrder): number {
  if (!isReduceOnly) return 0
  let lots = 0
  for (const { topic, payload } of said) {
    if (topic !== 'order.fill' || payload.strategy !== strategy || payload.instrument !== listing.instrument) continue
    const filled = quantityToLots(payload.quantity, listing.lotSize)
    lots += payload.side === 'buy' ? filled : -filled
  }
  return lots
}
