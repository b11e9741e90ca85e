import * as checked from '#lib/book/book-checksum.ts'
import { emptyBook, loadBook, type OrderBook, sizeAt, topOf } from '#lib/book/order-book.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import type { Displayed } from './standing-quote.ts'
import { wholeLots } from './take.ts'
import { renewByBook, sideTaken, takenAt } from './taken-levels.ts'
import type { Said } from './turn.ts'
import type { VenueConfig } from './venue-config.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/** Does anything ask for levels? Only then are they kept. */
export const keepsLevels = ({ fill, queue, slippage }: VenueConfig): boolean =>
  fill === 'touch' && (queue.kind !== 'none' || slippage.kind === 'book-walk')

/** Takes a snapshot or a change in; what we took of a level stays taken until it is shown anew. [V16] A book that is not the one told is not used. [V48] */
export function foldDepth(exchange: Exchange, depth: PayloadOf<'md.depth'>): void {
  const { books, quotes } = exchange
  const known = books.get(depth.instrument)
  const quote = quotes.get(depth.instrument)
  const before = quote?.taken.map(({ side, price }) => (known ? sizeAt(known, side, String(price)) : null)) ?? []
  exchange.wrongBook = checked.foldDepth(books, depth)
  const book = books.get(depth.instrument)
  if (quote && book && before.length > 0) renewByBook(quote, before, book)
}

/** What is said of it. */
export const answerDepth = ({ wrongBook }: Exchange): readonly Said[] =>
  wrongBook === null
    ? none
    : [
        {
          topic: 'system.alert',
          payload: {
            code: 'BOOK_DIFFERS',
            subject: wrongBook.instrument,
            message: `${checked.faultText(wrongBook)}: it is not used until its next snapshot`,
          },
        },
      ]

const none: readonly Said[] = Object.freeze([])

/** Lots displayed at a price on the order's own side; null where that cannot be told. */
export function shownAt({ books, quotes }: Exchange, { side, listing }: WorkingOrder, price: string): number | null {
  const known = books.get(listing.instrument)
  if (known) {
    const size = sizeAt(known, side === 'buy' ? 'bid' : 'ask', price)
    return size === null ? 0 : lotsIn(size, listing.lotSize)
  }
  const quote = quotes.get(listing.instrument)
  const [best, size] = side === 'buy' ? [quote?.bid, quote?.bidSize] : [quote?.ask, quote?.askSize]
  if (best == null || size == null) return null
  const behind = side === 'buy' ? Number(best) - Number(price) : Number(price) - Number(best)
  if (behind > 0) return null
  return behind === 0 ? lotsIn(size, listing.lotSize) : 0
}

/** A price of the side that an order trades against, what is shown there, and the whole lots of it that are left. */
export type Offer = { readonly price: string; readonly shown: string | null; readonly lots: number }

/** What an order comes to within its limit, best first: the touch, and where it walks, the levels behind it. A size that is not stated is any. */
export function* offersTo(
  { books }: Exchange,
  order: WorkingOrder,
  displayed: Displayed,
  isWalking: boolean,
): Generator<Offer> {
  const { listing, leavesLots } = order
  const side = sideTaken(order.side)
  const touch = displayed[side]
  if (touch === null || !isMarketable(order, touch)) return
  const left = (price: string, size: string) =>
    Math.max(0, wholeLots(size, listing.lotSize) - takenAt(displayed, side, price))
  const size = displayed[`${side}Size`]
  yield { price: touch, shown: size, lots: size === null ? leavesLots : left(touch, size) }
  const book = isWalking ? books.get(listing.instrument) : undefined
  if (book === undefined) return
  for (const [price, shown] of topOf(book, deepest)[`${side}s`]) {
    if (!isMarketable(order, price)) return
    const beyond = side === 'ask' ? Number(price) - Number(touch) : Number(touch) - Number(price)
    if (beyond > 0) yield { price, shown, lots: left(price, shown) }
  }
}

export const levelsToJson = (book: OrderBook) => topOf(book, Number.POSITIVE_INFINITY)

export function levelsFromJson({ bids, asks }: ReturnType<typeof levelsToJson>): OrderBook {
  const book = emptyBook()
  loadBook(book, bids, asks)
  return book
}

/** Lots and parts of lots. */
export const lotsIn = (size: string, { units, scale }: { readonly units: number; readonly scale: number }): number =>
  (Number(size) * 10 ** scale) / units

/** No order of a test of sizes goes further; who does waits for the next quotes. */
const deepest = 1_000
