import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { lotsIn, shownAt } from './level-book.ts'
import { standingAt } from './order-queue.ts'
import { isAway } from './outage.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

/** Where an order stands at its price, in lots and parts of lots: statistics, not money. */
export type Place = {
  /** Of others, before it. */
  ahead: number
  /** Displayed at the price, as last seen. */
  shown: number
  /** Traded there since. */
  traded: number
  /** Whole lots that trades have brought it, and that are yet to be said. */
  due: number
  /** Who stands before it, where single orders are known. */
  before?: string[]
}

export type Trade = Extract<PayloadOf<'md.tick'>, { kind: 'trade' }>

/** Orders that have come to rest stand behind all that is displayed at their price. Before the market moves on. [V30] */
export function joinQueues(exchange: Exchange, orders: readonly WorkingOrder[]): void {
  if (exchange.config.queue.kind === 'none') return
  for (const order of orders) {
    if (order.place) order.place.due = 0
    if (order.place !== null || order.limitPrice === null || order.trigger !== null || order.exposures === 0) continue
    const before = exchange.config.queue.kind === 'fifo' ? standingAt(exchange, order, order.limitPrice) : null
    const shown = shownAt(exchange, order, order.limitPrice)
    if (before !== null) order.place = { ahead: 0, shown: 0, traded: 0, due: 0, before }
    else if (shown !== null) order.place = { ahead: shown, shown, traded: 0, due: 0 }
  }
}

/** A trade on the orders' side: through their price they are all filled, at their price what is left of it passes those before them first. [V30] */
export function passTrade(
  exchange: Exchange,
  orders: readonly WorkingOrder[],
  { price, size, aggressor }: Trade,
): void {
  let traded: number | null = null
  let lots = 0
  for (const isThrough of [true, false]) {
    for (const order of orders) {
      const { side, limitPrice, listing, leavesLots } = order
      if (limitPrice === null || aggressor === side) continue
      const distance = side === 'buy' ? Number(limitPrice) - Number(price) : Number(price) - Number(limitPrice)
      if (isThrough ? distance <= 0 : distance !== 0) continue
      // Who stood before it has been passed, also where that was not known.
      if (isThrough && order.place === null && isResting(exchange, order))
        order.place = { ahead: 0, shown: 0, traded: 0, due: 0 }
      const { place } = order
      if (place === null || place.before) continue
      if (traded === null) lots = traded = lotsIn(size, listing.lotSize)
      if (isThrough) place.due = leavesLots
      else {
        const passed = Math.min(place.ahead, lots)
        place.ahead -= passed
        place.traded += traded
        place.due = Math.min(leavesLots, Math.floor(lots - passed + 1e-9))
      }
      // Our next order stands behind this one.
      lots = Math.max(0, lots - place.due)
    }
  }
}

const isResting = (exchange: Exchange, { trigger, exposures }: WorkingOrder): boolean =>
  trigger === null && exposures > 0 && !isAway(exchange)

/** What is displayed at their prices now: what went without a trade was taken back, before or behind them by the model. [V30] */
export function passCancels(exchange: Exchange, orders: readonly WorkingOrder[]): void {
  const { queue } = exchange.config
  if (queue.kind === 'none') return
  for (const order of orders) {
    const { place, limitPrice } = order
    if (place === null || place.before || limitPrice === null) continue
    const shown = shownAt(exchange, order, limitPrice)
    if (shown === null) continue
    const gone = place.shown - shown - place.traded
    if (gone > 0)
      place.ahead = Math.max(0, place.ahead - gone * chanceBefore(queue, place.ahead, place.shown - place.ahead))
    place.ahead = Math.min(place.ahead, shown)
    place.shown = shown
    place.traded = 0
  }
}

/** How likely who left stood before the order. */
function chanceBefore(queue: Exclude<VenueConfig['queue'], { kind: 'none' }>, before: number, behind: number): number {
  if (queue.kind === 'conservative' || queue.kind === 'fifo') return 0
  const f = (lots: number) => (queue.kind === 'log' ? Math.log1p(Math.max(0, lots)) : Math.max(0, lots) ** queue.n)
  return f(before) / (f(before) + f(behind))
}
