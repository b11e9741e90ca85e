import { findOrder } from '#lib/domain/sent-orders.ts'
import { type Exit, exitTtlMicros, type OrderBook } from './order-book.ts'
import { isVenueFull } from './venue-closed.ts'

/** Has an exit of this entry been sent, and nothing been heard of it, or does its venue keep no more? What more is filled of the entry waits for that. [O32] */
export const doExitsWait = (book: OrderBook, entry: string): boolean =>
  isVenueFull(book, entry) || areExitsOnTheirWay(book, entry)

function areExitsOnTheirWay({ exits, orders }: OrderBook, entry: string): boolean {
  for (const { closes, clientOrderId } of exits.values())
    if (closes === entry && orders.working.get(clientOrderId)?.progress.status === 'submitted') return true
  return false
}

/** It waits, for a second at most, until those before it have arrived, and while its venue keeps no more. */
export const isBehindOthers = (book: OrderBook, exit: Exit, at: number): boolean =>
  isUnsent(book, exit) &&
  (isVenueFull(book, exit.closes ?? '') ||
    (at < exit.expiresAt - exitTtlMicros + waitsMicros && areExitsOnTheirWay(book, exit.closes ?? '')))

export const isUnsent = ({ orders }: OrderBook, { clientOrderId }: Exit): boolean =>
  findOrder(orders, clientOrderId) === undefined

const waitsMicros = 1_000_000
