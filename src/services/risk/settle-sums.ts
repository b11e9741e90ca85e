import { addExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'
import { type Book, type Books, findBook, leavesOf } from './book.ts'
import { type Exposure, type Held, noExposure, weigh } from './book-exposure.ts'
import type { Proposal } from './proposal.ts'

/** Another price, or another listing. A mark that currencies are converted at moves everything. */
export function noteMove({ books, watches }: Account, instrument: string): void {
  const { byInstrument, sums } = books
  if (watches.marks.includes(instrument)) for (const one of byInstrument.keys()) sums.moved.add(one)
  else if (byInstrument.has(instrument) || sums.optionsOn.has(instrument)) sums.moved.add(instrument)
}

/** After a new configuration or a restart everything is weighed anew. */
export function noteAll({ byInstrument, sums }: Books): void {
  for (const instrument of byInstrument.keys()) sums.moved.add(instrument)
}

/** Brings the sums up to what has changed. Before anything is judged. */
export function settleSums(account: Account): void {
  const { byInstrument, sums } = account.books
  const { changed, moved } = sums
  if (changed.size === 0 && moved.size === 0) return
  for (const instrument of moved) {
    for (const book of byInstrument.get(instrument) ?? []) changed.add(book)
    for (const option of sums.optionsOn.get(instrument) ?? [])
      for (const book of byInstrument.get(option) ?? []) changed.add(book)
  }
  for (const book of changed) change(account, book)
  changed.clear()
  moved.clear()
}

/** The sums with one more order at work. */
export type Proposed = {
  readonly all: (field: keyof Exposure) => bigint
  readonly ofStrategy: (field: keyof Exposure) => bigint
  readonly ofInstrument: (field: keyof Exposure) => bigint
  readonly callsOn: (underlying: string) => bigint
  /** An instrument whose price is missing, of all books or of the strategy's. */
  readonly noValue: (only?: string) => string | null
  readonly noMargin: () => string | null
}

export function propose(account: Account, order: Proposal): Proposed {
  const { strategy, instrument } = order
  const { sums } = account.books
  const own = findBook(account, strategy, instrument)
  const before = own?.exposure ?? nothing
  const weighed = weigh(account, withOrder(own, order))
  const { exposure: after } = weighed
  const sum = (total: Exposure | undefined) => (field: keyof Exposure) =>
    (total?.[field] ?? 0n) - before[field] + after[field]
  const underlying = account.instruments.get(instrument)?.underlying
  return {
    all: sum(sums.all),
    ofStrategy: sum(sums.byStrategy.get(strategy)),
    ofInstrument: sum(sums.byInstrument.get(instrument)),
    callsOn: (of) => (sums.callsOn.get(of) ?? 0n) + (of === underlying ? after.callShares - before.callShares : 0n),
    noValue: (only) => weighed.noValue ?? lackingIn(sums, 'noValue', { but: own, only }),
    noMargin: () => weighed.noMargin ?? lackingIn(sums, 'noMargin', { but: own }),
  }
}

/** The sums as they are. */
export const sumsNow = ({ sums }: Books): Pick<Proposed, 'all' | 'noValue' | 'noMargin'> => ({
  all: (field) => sums.all[field],
  noValue: () => lackingIn(sums, 'noValue'),
  noMargin: () => lackingIn(sums, 'noMargin'),
})

function lackingIn(
  { unpriced }: Books['sums'],
  which: 'noValue' | 'noMargin',
  { but, only }: { readonly but?: Book | undefined; readonly only?: string | undefined } = {},
): string | null {
  for (const [book, found] of unpriced)
    if (book !== but && found[which] !== null && (only === undefined || book.strategy === only)) return found[which]
  return null
}

const nothing: Exposure = Object.freeze(noExposure())

function change(account: Account, book: Book): void {
  const { sums } = account.books
  const weighed = weigh(account, heldIn(book))
  const underlying = account.instruments.get(book.instrument)?.underlying ?? null
  for (const total of [sums.all, sumOf(sums.byStrategy, book.strategy), sumOf(sums.byInstrument, book.instrument)])
    for (const field of fields) total[field] += weighed.exposure[field] - book.exposure[field]
  if (underlying !== null) foldOption(account.books, book, underlying, weighed.exposure)
  book.exposure = weighed.exposure
  const isKept = findBook(account, book.strategy, book.instrument) === book
  if (isKept && (weighed.noValue !== null || weighed.noMargin !== null)) sums.unpriced.set(book, weighed)
  else sums.unpriced.delete(book)
}

function foldOption({ sums, byInstrument }: Books, book: Book, underlying: string, after: Exposure): void {
  sums.callsOn.set(underlying, (sums.callsOn.get(underlying) ?? 0n) + after.callShares - book.exposure.callShares)
  const options = sums.optionsOn.get(underlying)
  if (byInstrument.has(book.instrument)) {
    if (options) options.add(book.instrument)
    else sums.optionsOn.set(underlying, new Set([book.instrument]))
  } else if (options?.delete(book.instrument) && options.size === 0) sums.optionsOn.delete(underlying)
}

const fields = Object.keys(nothing) as (keyof Exposure)[]

const heldIn = (book: Book): Held => ({
  instrument: book.instrument,
  position: book.position,
  buys: book.buys,
  sells: book.sells,
  bracketed: book.bracketed,
  orders: Array.from(book.orders.values(), (order) => ({ order, leaves: leavesOf(order) })),
})

function withOrder(book: Book | undefined, order: Proposal): Held {
  const { instrument, side, quantity } = order
  const held = book === undefined ? { instrument, ...empty } : heldIn(book)
  return {
    ...held,
    buys: side === 'buy' ? addExact(held.buys, quantity) : held.buys,
    sells: side === 'sell' ? addExact(held.sells, quantity) : held.sells,
    orders: [...held.orders, { order, leaves: quantity }],
  }
}

const empty = { position: zero, buys: zero, sells: zero, bracketed: zero, orders: [] }

function sumOf(sums: Map<string, Exposure>, key: string): Exposure {
  const known = sums.get(key)
  if (known) return known
  const opened = noExposure()
  sums.set(key, opened)
  return opened
}
