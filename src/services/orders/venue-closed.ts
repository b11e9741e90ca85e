import type { Report } from '#lib/domain/venue-report.ts'
import type { OrderBook } from './order-book.ts'

/** How often a venue that was closed refused an exit, and when it is sent again, microseconds; null while it is on its way or at work. [O30] */
export type Refused = { readonly times: number; readonly again: number | null }

/** Its venue is closed, or keeps as many orders as it will. */
export const isRefusedForNow = ({ topic, payload }: Report): boolean =>
  topic === 'order.rejected' && (payload.code === 'VENUE_CLOSED' || payload.code === 'TOO_MANY_ORDERS')

/** An exit is sent again later. */
export function foldVenueClosed({ refused, now }: OrderBook, name: string): void {
  const times = (refused.get(name)?.times ?? 0) + 1
  const waitSeconds = Math.min(2 ** (times - 1), longestWaitSeconds)
  refused.set(name, { times, again: now + waitSeconds * 1_000_000 })
}

/** Is one of the exits of this entry known to be refused? */
export const isToldOf = ({ refused, exits }: OrderBook, entry: string | undefined): boolean =>
  [...refused.keys()].some((name) => exits.get(name)?.closes === entry)

/** The time of some has come; or their venue says something in their instrument, so that it is there again. */
export function foldVenueOpen(book: OrderBook, instrument: string | null): void {
  for (const [name, { times, again }] of book.refused) {
    const exit = book.exits.get(name)
    if (again === null || exit === undefined) continue
    if (instrument === null ? again > book.now : exit.instrument !== instrument) continue
    book.refused.set(name, { times, again: null })
    if (!book.taken.has(name) && !hasContractEnded(book, exit)) book.lost.add(name)
  }
}

/** Then its exits are over: the venue settles what is held. [O26] */
export const hasContractEnded = ({ ends, now }: OrderBook, { instrument }: { readonly instrument: string }): boolean =>
  (ends.get(instrument) ?? now + 1) <= now

const longestWaitSeconds = 60
