import type { Report } from '#lib/domain/venue-report.ts'
import type { Exit, OrderBook } from './order-book.ts'

/** How often a venue that was closed, or keeps no more orders, refused an exit, and when it is sent again, microseconds; null while it is on its way or at work. [O30] */
export type Refused = { readonly times: number; readonly again: number | null; readonly isFull: boolean }

/** Its venue is closed, or keeps as many orders as it will. */
export const isRefusedForNow = ({ topic, payload }: Report): boolean =>
  topic === 'order.rejected' && (payload.code === 'VENUE_CLOSED' || payload.code === 'TOO_MANY_ORDERS')

/** An exit is sent again later. */
export function foldVenueClosed({ refused, now }: OrderBook, name: string, isFull: boolean): void {
  const times = (refused.get(name)?.times ?? 0) + 1
  const waitSeconds = Math.min(2 ** (times - 1), longestWaitSeconds)
  refused.set(name, { times, again: now + waitSeconds * 1_000_000, isFull })
}

/** Is one of the exits of this entry known to be refused? */
export const isToldOf = ({ refused, exits }: OrderBook, entry: string | undefined): boolean =>
  [...refused.keys()].some((name) => exits.get(name)?.closes === entry)

/** Does a venue keep no more of the exits of this entry, so that what else is filled of it waits? [O32] */
export const isVenueFull = ({ refused, exits }: OrderBook, entry: string): boolean =>
  [...refused].some(([name, { again, isFull }]) => isFull && again !== null && exits.get(name)?.closes === entry)

/** The time of some has come. */
export const foldPauses = (book: OrderBook): void => again(book, ({ again }) => again <= book.now)

/** A venue says something in an instrument, so that it is there again; that an order of ours has ended by it, so that there is room for another. */
export function foldVenueOpen(book: OrderBook, { topic, payload }: Report, wasWorking: boolean): void {
  const hasEnded = wasWorking && topic !== 'order.rejected' && !book.orders.working.has(payload.clientOrderId)
  again(book, ({ isFull }, exit) => exit.instrument === payload.instrument && (hasEnded || !isFull))
}

type Paused = Refused & { readonly again: number }

function again(book: OrderBook, isMeant: (refused: Paused, exit: Exit) => boolean): void {
  for (const [name, refused] of book.refused) {
    const exit = book.exits.get(name)
    if (refused.again === null || exit === undefined || !isMeant(refused as Paused, exit)) continue
    book.refused.set(name, { ...refused, again: null })
    if (!book.taken.has(name) && !hasContractEnded(book, exit)) book.lost.add(name)
  }
}

/** Then its exits are over: the venue settles what is held. [O26] */
export const hasContractEnded = ({ ends, now }: OrderBook, { instrument }: { readonly instrument: string }): boolean =>
  (ends.get(instrument) ?? now + 1) <= now

const longestWaitSeconds = 60
