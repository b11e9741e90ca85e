import { addExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import { absExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'

/** What a strategy holds in an instrument and has at work there. Without either it is not kept. */
export type Book = {
  readonly strategy: string
  readonly instrument: string
  /** Signed. */
  position: ExactDecimal
  /** What all buys at work leave, and all sells; exits of brackets, which only reduce, are not counted. */
  buys: ExactDecimal
  sells: ExactDecimal
  /** At work, by clientOrderId, in the order of sending; never more than a few. */
  readonly orders: Map<string, SentOrder>
}

export type Books = {
  /** By `bookKey`. */
  readonly byKey: Map<string, Book>
  /** Of each instrument the books in it, in the order of their opening. */
  readonly byInstrument: Map<string, Set<Book>>
  /** Sums of worst cases by instrument, until a book in it changes. */
  readonly worst: Map<string, ExactDecimal>
}

export const noBooks = (): Books => ({ byKey: new Map(), byInstrument: new Map(), worst: new Map() })

// Neither part can hold a space.
export const bookKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`

export const findBook = ({ books }: Account, strategy: string, instrument: string): Book | undefined =>
  books.byKey.get(bookKey(strategy, instrument))

/** The strategy's own orders at work in an instrument, in the order of sending. */
export const workingOf = (account: Account, strategy: string, instrument: string): Iterable<SentOrder> =>
  findBook(account, strategy, instrument)?.orders.values() ?? nothing

export const hasWorking = (account: Account, strategy: string, instrument: string): boolean =>
  (findBook(account, strategy, instrument)?.orders.size ?? 0) > 0

export const positionOf = (account: Account, strategy: string, instrument: string): ExactDecimal =>
  findBook(account, strategy, instrument)?.position ?? zero

/** What is left of an order. */
export const leavesOf = ({ progress }: SentOrder): ExactDecimal =>
  progress.filled === '0'
    ? parseExact(progress.quantity)
    : subtractExact(parseExact(progress.quantity), parseExact(progress.filled))

/** The most that a book could come to, long or short, with `more` of a side at work. */
export function worstOf({ position, buys, sells }: Book, side: 'buy' | 'sell', more: ExactDecimal): ExactDecimal {
  const bought = side === 'buy' ? addExact(buys, more) : buys
  const sold = side === 'sell' ? addExact(sells, more) : sells
  return maxExact(absExact(addExact(position, bought)), absExact(subtractExact(position, sold)))
}

/** The worst cases of an instrument's books, added: strategies do not net against each other. */
export function worstOfAll({ byInstrument, worst }: Books, instrument: string): ExactDecimal {
  const known = worst.get(instrument)
  if (known) return known
  let sum = zero
  for (const book of byInstrument.get(instrument) ?? []) sum = addExact(sum, worstOf(book, 'buy', zero))
  worst.set(instrument, sum)
  return sum
}

/** An order is at work from its approval on. */
export function openOrder(books: Books, order: SentOrder): void {
  const book = bookOf(books, order.strategy, order.instrument)
  book.orders.set(order.clientOrderId, order)
  if (order.closes === undefined) addWork(book, order.side, leavesOf(order))
}

/** An order left the work with what it left. */
export function closeOrder(books: Books, order: SentOrder, leaves: ExactDecimal): void {
  const book = bookOf(books, order.strategy, order.instrument)
  book.orders.delete(order.clientOrderId)
  if (order.closes === undefined) takeWork(book, order.side, leaves)
  dropIfEmpty(books, book)
}

/** Part of an order at work was filled. */
export function fillOrder(books: Books, order: SentOrder, filled: ExactDecimal): void {
  if (order.closes === undefined) takeWork(bookOf(books, order.strategy, order.instrument), order.side, filled)
}

/** Moves a position by what was bought or sold. */
export function movePosition(books: Books, strategy: string, instrument: string, moved: ExactDecimal): void {
  const book = bookOf(books, strategy, instrument)
  book.position = addExact(book.position, moved)
  dropIfEmpty(books, book)
}

export type PositionJson = { readonly strategy: string; readonly instrument: string; readonly quantity: string }

/** Positions that are not zero; the rest of the books follows from the orders at work. */
export const positionsToJson = ({ byKey }: Books): PositionJson[] =>
  [...byKey.values()]
    .filter(({ position }) => position.units !== 0n)
    .map(({ strategy, instrument, position }) => ({ strategy, instrument, quantity: formatExact(position) }))

export function booksFromJson(positions: readonly PositionJson[], working: Iterable<SentOrder>): Books {
  const books = noBooks()
  for (const { strategy, instrument, quantity } of positions)
    movePosition(books, strategy, instrument, parseExact(quantity))
  for (const order of working) openOrder(books, order)
  return books
}

const nothing: readonly SentOrder[] = Object.freeze([])

/** The book, opened where there is none, to be changed. */
function bookOf({ byKey, byInstrument, worst }: Books, strategy: string, instrument: string): Book {
  worst.delete(instrument)
  const key = bookKey(strategy, instrument)
  const known = byKey.get(key)
  if (known) return known
  const book: Book = { strategy, instrument, position: zero, buys: zero, sells: zero, orders: new Map() }
  byKey.set(key, book)
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
