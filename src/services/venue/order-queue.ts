import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { lotsIn } from './level-book.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

/** The orders of others in an instrument, by their ids, with what is left of each in lots and parts of lots. */
export type OtherOrders = Map<string, { readonly side: 'buy' | 'sell'; readonly price: number; readonly lots: number }>

/** Does the queue go by single orders? Only then are they kept. */
export const keepsOthers = ({ fill, queue }: VenueConfig): boolean => fill === 'touch' && queue.kind === 'fifo'

/** Single orders of others: who stands before ours leaves, moves or is executed; who is executed behind ours would have come after it. [V43] */
export function foldOrder(exchange: Exchange, told: PayloadOf<'md.order'>): void {
  const listing = exchange.listings.get(told.instrument)
  if (listing === undefined) return
  const orders = exchange.working.get(told.instrument) ?? []
  const others: OtherOrders = exchange.others.get(told.instrument) ?? new Map()
  exchange.others.set(told.instrument, others)
  if (told.kind === 'snapshot') {
    others.clear()
    for (const side of ['buy', 'sell'] as const)
      for (const [id, price, size] of side === 'buy' ? told.bids : told.asks)
        others.set(id, { side, price: Number(price), lots: lotsIn(size, listing.lotSize) })
  } else {
    const before = others.get(told.orderId)
    const now = { side: told.side, price: Number(told.price), lots: lotsIn(told.size, listing.lotSize) }
    if (now.lots > 0) others.set(told.orderId, now)
    else others.delete(told.orderId)
    if (told.kind === 'executed')
      passExecution(orders, told.orderId, now.side, now.price, (before?.lots ?? 0) - now.lots)
    const keepsPlace = before !== undefined && now.price === before.price && now.lots > 0 && now.lots <= before.lots
    if (!keepsPlace) leave(orders, (id) => id !== told.orderId)
  }
  if (told.kind === 'snapshot') leave(orders, (id) => others.has(id))
}

/** All that rest at a price of a side, when an order of ours comes to rest there; null where the book is not known. */
export function standingAt({ others }: Exchange, { side, listing }: WorkingOrder, price: string): string[] | null {
  const known = others.get(listing.instrument)
  if (known === undefined) return null
  const at = Number(price)
  return [...known].flatMap(([id, other]) => (other.side === side && other.price === at ? [id] : []))
}

/** What was executed of an order that does not stand before ours, or at a worse price, would have been ours, in the order of acceptance. */
function passExecution(
  orders: readonly WorkingOrder[],
  id: string,
  side: 'buy' | 'sell',
  price: number,
  executed: number,
): void {
  let lots = executed
  for (const order of orders) {
    const { place, limitPrice } = order
    if (!place?.before || limitPrice === null || order.side !== side) continue
    const distance = price - Number(limitPrice)
    if (side === 'buy' ? distance > 0 : distance < 0) continue
    if (distance === 0 && place.before.includes(id)) continue
    place.due = Math.min(order.leavesLots, Math.floor(lots + 1e-9))
    lots -= place.due
  }
}

function leave(orders: readonly WorkingOrder[], stays: (id: string) => boolean): void {
  for (const { place } of orders) if (place?.before) place.before = place.before.filter(stays)
}
