import { addExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { placeOf } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import { maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { type SplitRatio, splitQuantity } from '#lib/domain/split.ts'
import type { Account } from './account.ts'
import { type Exposure, noExposure } from './book-exposure.ts'
import { noSums, type Sums } from './exposure-sums.ts'
import { exactText } from './proposal.ts'
import { addResting, dropResting, type Resting } from './resting.ts'

/** What a strategy holds in an instrument and has at work there. Without either it is not kept. */
export type Book = {
  readonly strategy: string
  readonly instrument: string
  /** Signed. */
  position: ExactDecimal
  /** What all buys at work leave, and all sells; exits of brackets, which only reduce, are not counted. */
  buys: ExactDecimal
  sells: ExactDecimal
  /** Of what is held, what was bought with exits that may sell it; until the position is gone. [R28] */
  bracketed: ExactDecimal
  /** At work, by clientOrderId, in the order of sending; never more than a few. */
  readonly orders: Map<string, SentOrder>
  /** What of the sums is its own. */
  exposure: Exposure
}

/** An order at work and what is left of it, or one that is being thought of. */
export type OrderAtWork = {
  readonly order: Pick<SentOrder, 'instrument' | 'side' | 'limitPrice' | 'stopPrice' | 'trailingOffset' | 'closes'>
  readonly leaves: ExactDecimal
}

export type Books = {
  /** By `bookKey`. */
  readonly byKey: Map<string, Book>
  /** Of each instrument the books in it, in the order of their opening. */
  readonly byInstrument: Map<string, Set<Book>>
  readonly sums: Sums
  readonly resting: Resting
}

export const noBooks = (): Books => ({
  byKey: new Map(),
  byInstrument: new Map(),
  sums: noSums(),
  resting: new Map(),
})

export const bookKey = (strategy: string, instrument: string): string => placeOf({ strategy, instrument })

export const findBook = ({ books }: Account, strategy: string, instrument: string): Book | undefined =>
  books.byKey.get(bookKey(strategy, instrument))

/** The strategy's own orders at work in an instrument, in the order of sending. */
export const workingOf = (account: Account, strategy: string, instrument: string): Iterable<SentOrder> =>
  findBook(account, strategy, instrument)?.orders.values() ?? nothing

/** Has the strategy orders at work in the instrument? */
export const hasWorking = (account: Account, strategy: string, instrument: string): boolean =>
  (findBook(account, strategy, instrument)?.orders.size ?? 0) > 0

export const positionOf = (account: Account, strategy: string, instrument: string): ExactDecimal =>
  findBook(account, strategy, instrument)?.position ?? zero

/** What is left of an order. */
export const leavesOf = ({ progress }: SentOrder): ExactDecimal =>
  progress.filled === '0'
    ? parseExact(progress.quantity)
    : subtractExact(parseExact(progress.quantity), parseExact(progress.filled))

/** An order is at work from its approval on. */
export function openOrder(books: Books, order: SentOrder): void {
  const book = bookOf(books, order.strategy, order.instrument)
  book.orders.set(order.clientOrderId, order)
  addResting(books.resting, order)
  if (order.closes === undefined) addWork(book, order.side, leavesOf(order))
}

/** An order left the work with what it left. */
export function closeOrder(books: Books, order: SentOrder, leaves: ExactDecimal): void {
  const book = bookOf(books, order.strategy, order.instrument)
  book.orders.delete(order.clientOrderId)
  dropResting(books.resting, order)
  if (order.closes === undefined) takeWork(book, order.side, leaves)
  dropIfEmpty(books, book)
}

/** Part of an order at work was filled, or is not asked for any more. */
export function fillOrder(books: Books, order: SentOrder, filled: ExactDecimal): void {
  const book = bookOf(books, order.strategy, order.instrument)
  if (order.closes === undefined) takeWork(book, order.side, filled)
}

/** What an entry with a bracket bought its exits may sell; what one of them sold they do not sell again. [R28] */
export function bindToExits(books: Books, order: SentOrder, filled: ExactDecimal): void {
  const isBought = order.hasBracket === true && order.side === 'buy'
  const isSold = order.closes !== undefined && order.side === 'sell'
  // A fill that closed the position has left no book.
  const book = books.byKey.get(bookKey(order.strategy, order.instrument))
  if (book === undefined || (!isBought && !isSold)) return
  const bound = isBought ? addExact(book.bracketed, filled) : subtractExact(book.bracketed, filled)
  book.bracketed = book.position.units <= 0n ? zero : maxExact(zero, bound)
}

/** Moves a position by what was bought or sold. */
export function movePosition(books: Books, strategy: string, instrument: string, moved: ExactDecimal): void {
  const book = bookOf(books, strategy, instrument)
  book.position = addExact(book.position, moved)
  if (book.position.units <= 0n) book.bracketed = zero
  dropIfEmpty(books, book)
}

/** Positions are in new units. Orders are not: the venue ends them. */
export function splitPositions({ byInstrument, sums }: Books, instrument: string, ratio: SplitRatio): void {
  for (const book of byInstrument.get(instrument) ?? []) {
    book.position = splitQuantity(book.position, ratio)
    book.bracketed = splitQuantity(book.bracketed, ratio)
    sums.changed.add(book)
  }
}

export type PositionJson = {
  readonly strategy: string
  readonly instrument: string
  readonly quantity: string
  readonly bracketed: string
}

/** Positions that are not zero, in the order of their keys; the rest of the books follows from the orders at work. */
export const positionsToJson = ({ byKey }: Books): PositionJson[] =>
  [...byKey]
    .filter(([, { position }]) => position.units !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { strategy, instrument, position, bracketed }]) => {
      return { strategy, instrument, quantity: exactText(position), bracketed: exactText(bracketed) }
    })

export function booksFromJson(positions: readonly PositionJson[], working: Iterable<SentOrder>): Books {
  const books = noBooks()
  for (const { strategy, instrument, quantity, bracketed } of positions) {
    movePosition(books, strategy, instrument, parseExact(quantity))
    bookOf(books, strategy, instrument).bracketed = parseExact(bracketed)
  }
  for (const order of working) openOrder(books, order)
  return books
}

const nothing: readonly SentOrder[] = Object.freeze([])

/** The book, opened where there is none, to be changed. */
function bookOf({ byKey, byInstrument, sums }: Books, strategy: string, instrument: string): Book {
  const key = bookKey(strategy, instrument)
  const known = byKey.get(key)
  if (known) {
    sums.changed.add(known)
    return known
  }
  const work = { position: zero, buys: zero, sells: zero, bracketed: zero, orders: new Map() }
  const book: Book = { strategy, instrument, ...work, exposure: noExposure() }
  byKey.set(key, book)
  sums.changed.add(book)
  const others = byInstrument.get(instrument)
  if (others) others.add(book)
  else byInstrument.set(instrument, new Set([book]))
  return book
}

function dropIfEmpty({ byKey, byInstrument }: Books, book: Book): void {
  if (book.orders.size > 0 || book.position.units !== 0n) return
  byKey.delete(bookKey(book.strategy, book.instrument))
  const others = byInstrument.get(book.instrument)
  others?.delete(book)
  if (others?.size === 0) byInstrument.delete(book.instrument)
}

function addWork(book: Book, side: 'buy' | 'sell', quantity: ExactDecimal): void {
  if (side === 'buy') book.buys = addExact(book.buys, quantity)
  else book.sells = addExact(book.sells, quantity)
}

function takeWork(book: Book, side: 'buy' | 'sell', quantity: ExactDecimal): void {
  if (side === 'buy') book.buys = subtractExact(book.buys, quantity)
  else book.sells = subtractExact(book.sells, quantity)
}
