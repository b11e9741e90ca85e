import { applyDelta, emptyBook, type Level, loadBook, type OrderBook, sizeAt, topOf } from '#lib/book/order-book.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import type { VenueConfig } from './venue-config.ts'
import { isMarketable, type WorkingOrder } from './working-order.ts'

/** The levels of an instrument's book, and how many lots of each our own orders have taken, by side and price. */
export type LevelBook = { readonly book: OrderBook; readonly taken: Map<string, number> }

/** Does anything ask for levels? Only then are they kept. */
export const keepsLevels = ({ fill, queue, slippage }: VenueConfig): boolean =>
  fill === 'touch' && (queue.kind !== 'none' || slippage.kind === 'book-walk')

/** Takes a snapshot or a change in; what we took of a level stays taken until its size is said anew. */
export function foldDepth({ books }: Exchange, { instrument, kind, bids, asks }: PayloadOf<'md.depth'>): void {
  const known = books.get(instrument)
  if (known === undefined && kind === 'delta') return
  const { book, taken } = known ?? { book: emptyBook(), taken: new Map<string, number>() }
  books.set(instrument, { book, taken })
  if (kind === 'snapshot') {
    loadBook(book, bids, asks)
    taken.clear()
    return
  }
  applyDelta(book, bids, asks)
  if (taken.size === 0) return
  for (const [price] of bids) taken.delete(levelKey('bid', price))
  for (const [price] of asks) taken.delete(levelKey('ask', price))
}

/** Lots displayed at a price on the order's own side; null where that cannot be told. */
export function shownAt({ books, quotes }: Exchange, { side, listing }: WorkingOrder, price: string): number | null {
  const known = books.get(listing.instrument)
  if (known) {
    const size = sizeAt(known.book, side === 'buy' ? 'bid' : 'ask', price)
    return size === null ? 0 : lotsIn(size, listing.lotSize)
  }
  const quote = quotes.get(listing.instrument)
  const [best, size] = side === 'buy' ? [quote?.bid, quote?.bidSize] : [quote?.ask, quote?.askSize]
  if (best == null || size == null) return null
  const behind = side === 'buy' ? Number(best) - Number(price) : Number(price) - Number(best)
  if (behind > 0) return null
  return behind === 0 ? lotsIn(size, listing.lotSize) : 0
}

/** Levels behind the touch that an order comes to within its limit, with the whole lots that are left there. */
export function* levelsBehind(
  { books }: Exchange,
  order: WorkingOrder,
  touch: string,
): Generator<{ readonly price: string; readonly lots: number }> {
  const { side, listing } = order
  const known = books.get(listing.instrument)
  if (known === undefined) return
  const taker = side === 'buy' ? 'ask' : 'bid'
  const levels: Level[] = topOf(known.book, deepest)[side === 'buy' ? 'asks' : 'bids']
  for (const [price, size] of levels) {
    if (!isMarketable(order, price)) return
    const beyond = side === 'buy' ? Number(price) - Number(touch) : Number(touch) - Number(price)
    const left = Math.floor(lotsIn(size, listing.lotSize) + 1e-9) - (known.taken.get(levelKey(taker, price)) ?? 0)
    if (beyond > 0 && left > 0) yield { price, lots: left }
  }
}

export function takeLevel(
  { books }: Exchange,
  instrument: string,
  side: 'buy' | 'sell',
  price: string,
  lots: number,
): void {
  const taken = books.get(instrument)?.taken
  const key = levelKey(side === 'buy' ? 'ask' : 'bid', price)
  taken?.set(key, (taken.get(key) ?? 0) + lots)
}

export const levelsToJson = ({ book, taken }: LevelBook) => ({
  ...topOf(book, Number.POSITIVE_INFINITY),
  taken: [...taken],
})

export function levelsFromJson({ bids, asks, taken }: ReturnType<typeof levelsToJson>): LevelBook {
  const book = emptyBook()
  loadBook(book, bids, asks)
  return { book, taken: new Map(taken) }
}

/** Lots and parts of lots. */
export const lotsIn = (size: string, { units, scale }: { readonly units: number; readonly scale: number }): number =>
  (Number(size) * 10 ** scale) / units

/** No order of a test of sizes goes further; who does waits for the next quotes. */
const deepest = 1_000

// Prices come as exchanges write them: 100.10 and 100.1 are one.
const levelKey = (side: 'bid' | 'ask', price: string): string => `${side} ${Number(price)}`
