/** A price with its size, both as text exactly as the exchange sent them. */
export type Level = readonly [price: string, size: string]

/** One side of a book; the best price stands last, so that what changes most is moved least. Plain arrays, as long as each other. */
type BookSide = { readonly keys: number[]; readonly prices: string[]; readonly sizes: string[] }

/** All resting orders of an instrument, by price. */
export type OrderBook = { readonly bids: BookSide; readonly asks: BookSide }

export const emptyBook = (): OrderBook => ({ bids: emptySide(), asks: emptySide() })

/** The book as a snapshot has it. */
export function loadBook(book: OrderBook, bids: readonly Level[], asks: readonly Level[]): void {
  for (const side of [book.bids, book.asks]) for (const list of [side.keys, side.prices, side.sizes]) list.length = 0
  applyDelta(book, bids, asks)
}

/** Sets the size of each price; zero takes the price out. */
export function applyDelta(book: OrderBook, bids: readonly Level[], asks: readonly Level[]): void {
  for (const level of bids) setLevel(book.bids, level, Number(level[0]))
  for (const level of asks) setLevel(book.asks, level, -Number(level[0]))
}

export const bestBid = ({ bids }: OrderBook): Level | null => bestOf(bids)
export const bestAsk = ({ asks }: OrderBook): Level | null => bestOf(asks)

/** Does the best bid reach the best ask? */
export function isCrossed({ bids, asks }: OrderBook): boolean {
  const bid = bids.keys.at(-1)
  const ask = asks.keys.at(-1)
  return bid !== undefined && ask !== undefined && bid >= -ask
}

/** The best prices of each side, the best first. */
export const topOf = ({ bids, asks }: OrderBook, depth: number): { bids: Level[]; asks: Level[] } => ({
  bids: topOfSide(bids, depth),
  asks: topOfSide(asks, depth),
})

const emptySide = (): BookSide => ({ keys: [], prices: [], sizes: [] })

function bestOf({ prices, sizes }: BookSide): Level | null {
  const last = prices.length - 1
  return last < 0 ? null : [prices[last] as string, sizes[last] as string]
}

function topOfSide({ prices, sizes }: BookSide, depth: number): Level[] {
  const top: Level[] = []
  for (let i = prices.length - 1; i >= 0 && top.length < depth; i--) top.push([prices[i] as string, sizes[i] as string])
  return top
}

/** Prices have at most 15 digits (they are checked where they are read), so that their doubles differ as they do. */
function setLevel({ keys, prices, sizes }: BookSide, [price, size]: Level, key: number): void {
  const at = placeOf(keys, key)
  const isThere = keys[at] === key
  if (isZero(size)) {
    if (!isThere) return
    keys.splice(at, 1)
    prices.splice(at, 1)
    sizes.splice(at, 1)
  } else if (isThere) {
    sizes[at] = size
  } else {
    keys.splice(at, 0, key)
    prices.splice(at, 0, price)
    sizes.splice(at, 0, size)
  }
}

/** The place of the first key that is not below. */
function placeOf(keys: readonly number[], key: number): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as number) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** `0`, `0.000` */
export function isZero(size: string): boolean {
  for (let i = 0; i < size.length; i++) {
    const code = size.charCodeAt(i)
    if (code !== 48 && code !== 46) return false
  }
  return true
}
