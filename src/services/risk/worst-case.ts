import { addExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { type Account, bookKey } from './account.ts'

/** An order that is being thought of. */
export type Proposal = {
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly quantity: ExactDecimal
}

/**
 * By instrument, the most that could be held, long or short, if the worst of all orders at work and of the proposal were
 * filled; strategies do not net against each other. [R7]
 */
export function worstCases(account: Account, proposal: Proposal): Map<string, ExactDecimal> {
  const books = new Map<string, Book>()
  for (const { strategy, instrument, quantity } of account.positions.values()) {
    bookOf(books, strategy, instrument).position = parseExact(quantity)
  }
  for (const { strategy, instrument, side, progress } of account.orders.working.values()) {
    const leaves = subtractExact(parseExact(progress.quantity), parseExact(progress.filled))
    work(bookOf(books, strategy, instrument), side, leaves)
  }
  work(bookOf(books, proposal.strategy, proposal.instrument), proposal.side, proposal.quantity)

  const worst = new Map<string, ExactDecimal>()
  for (const book of books.values()) {
    worst.set(book.instrument, addExact(worst.get(book.instrument) ?? zero, worstOf(book)))
  }
  return worst
}

type Book = { readonly instrument: string; position: ExactDecimal; buys: ExactDecimal; sells: ExactDecimal }

function bookOf(books: Map<string, Book>, strategy: string, instrument: string): Book {
  const key = bookKey(strategy, instrument)
  const known = books.get(key)
  if (known) return known
  const opened = { instrument, position: zero, buys: zero, sells: zero }
  books.set(key, opened)
  return opened
}

function work(book: Book, side: 'buy' | 'sell', quantity: ExactDecimal): void {
  if (side === 'buy') book.buys = addExact(book.buys, quantity)
  else book.sells = addExact(book.sells, quantity)
}

const worstOf = ({ position, buys, sells }: Book): ExactDecimal =>
  maxExact(absExact(addExact(position, buys)), absExact(subtractExact(position, sells)))
