/** A price with its size, both as text exactly as the exchange sent them. */
export type Level = readonly [price: string, size: string]

/**
 * One side of a book; the best price stands last, so that what changes most is moved least. `keys` rise, and are those of the levels. A price
 * that is taken out stays as an `emptied` level, which `empty` counts: most come back, and nothing is moved. The last one is never empty.
 */
type BookSide = { readonly keys: number[]; readonly levels: Level[]; empty: number }

/** All resting orders of an instrument, by price. */
export type OrderBook = { readonly bids: BookSide; readonly asks: BookSide }

export const emptyBook = (): OrderBook => ({ bids: emptySide(), asks: emptySide() })

/** The book as a snapshot has it. */
export function loadBook(book: OrderBook, bids: readonly Level[], asks: readonly Level[]): void {
  for (const side of [book.bids, book.asks]) {
    side.keys.length = 0
    side.levels.length = 0
    side.empty = 0
  }
  // Snapshots come with the best price first: from the back each goes to its end.
  applyDelta(book, bids.toReversed(), asks.toReversed())
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

/** What is displayed at a price of a side; null where nothing is. */
export function sizeAt({ bids, asks }: OrderBook, side: 'bid' | 'ask', price: string): string | null {
  const { keys, levels } = side === 'bid' ? bids : asks
  const key = side === 'bid' ? Number(price) : -Number(price)
  const at = placeOf(keys, key)
  const level = keys[at] === key ? levels[at] : undefined
  return level === undefined || level === emptied ? null : level[1]
}

const emptied: Level = ['0', '0']

const emptySide = (): BookSide => ({ keys: [], levels: [], empty: 0 })

const bestOf = ({ levels }: BookSide): Level | null => levels.at(-1) ?? null

function topOfSide({ levels }: BookSide, depth: number): Level[] {
  const top: Level[] = []
  for (let i = levels.length - 1; i >= 0 && top.length < depth; i--) {
    const level = levels[i] as Level
    if (level !== emptied) top.push(level)
  }
  return top
}

/** Prices have at most 15 digits (they are checked where they are read), so that their doubles differ as they do. */
function setLevel(side: BookSide, level: Level, key: number): void {
  const { keys, levels } = side
  const last = keys.length - 1
  // Most changes are at the best price, or make a better one.
  const top = keys[last]
  const at = top === undefined || key > top ? last + 1 : key === top ? last : placeOf(keys, key)
  const was = keys[at] === key ? levels[at] : undefined
  if (isZero(level[1])) {
    if (was === undefined) return
    if (at === last) {
      takeBest(side)
      return
    }
    if (was !== emptied) side.empty++
    levels[at] = emptied
    if (side.empty > fewEmpty && side.empty * 2 > keys.length) sweep(side)
  } else if (was === undefined) putIn(side, at, key, level)
  else {
    if (was === emptied) side.empty--
    levels[at] = level
  }
}

/** The next best is the next that is not empty. */
function takeBest(side: BookSide): void {
  const { keys, levels } = side
  for (let isEmpty = true; isEmpty; ) {
    keys.pop()
    levels.pop()
    const next = levels.at(-1)
    isEmpty = next === emptied
    if (isEmpty) side.empty--
  }
}

const fewEmpty = 64

function sweep(side: BookSide): void {
  const { keys, levels } = side
  let to = 0
  for (let i = 0; i < keys.length; i++) {
    const level = levels[i] as Level
    if (level === emptied) continue
    keys[to] = keys[i] as number
    levels[to++] = level
  }
  keys.length = to
  levels.length = to
  side.empty = 0
}

/** Farther than this, `splice` moves faster than we do by hand. */
const near = 96

/** An emptied level nearby gives its place, so that little is moved. */
function putIn(side: BookSide, at: number, key: number, level: Level): void {
  const { keys, levels } = side
  const most = Math.min(keys.length, at + near)
  let free = levels[at - 1] === emptied ? at - 1 : at
  while (free < most && levels[free] !== emptied) free++
  if (free < most) side.empty--
  else if (most === keys.length) {
    keys.push(key)
    levels.push(level)
  } else {
    keys.splice(at, 0, key)
    levels.splice(at, 0, level)
    return
  }
  for (let i = free; i > at; i--) {
    keys[i] = keys[i - 1] as number
    levels[i] = levels[i - 1] as Level
  }
  const to = Math.min(free, at)
  keys[to] = key
  levels[to] = level
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
