import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { Account } from './account.ts'
import type { Book } from './book.ts'
import type { Listing } from './listing.ts'
import type { MarginModel } from './margin-model.ts'

export type Rates = Extract<MarginModel, { kind: 'margin' }>
type Which = 'initial' | 'maintenance'

/** The most a book could come to hold: long if all its buys were filled, short if all its sells were. Neither is negative. */
export type Extent = { readonly long: ExactDecimal; readonly short: ExactDecimal }

export const extentOf = ({ position, buys, sells }: Pick<Book, 'position' | 'buys' | 'sells'>): Extent => ({
  long: maxExact(zero, addExact(position, buys)),
  short: maxExact(zero, subtractExact(sells, position)),
})

/** What holding as much needs, long or short, whichever is more; null where a price that it needs is not there. [R28] */
export function requirementOf(
  account: Account,
  rates: Rates,
  which: Which,
  instrument: string,
  { long, short }: Extent,
): ExactDecimal | null {
  if (long.units === 0n && short.units === 0n) return zero
  const listing = account.instruments.get(instrument)
  const price = newestPrice(account.prices, instrument)
  if (listing === undefined || price === null) return null
  const value = absExact(multiplyExact(parseExact(price), listing.multiplier))
  if (listing.kind !== 'option') {
    const rate = exactOfDouble((rates.byKind[listing.kind] ?? rates.rates)[which])
    return multiplyExact(multiplyExact(maxExact(long, short), value), rate)
  }
  const perShort = short.units === 0n ? zero : shortOption(account, rates, listing)
  return perShort === null ? null : maxExact(multiplyExact(long, value), multiplyExact(short, perShort))
}

/** max(optionRate * underlying - out of the money, optionFloor * (underlying or strike)), per contract. */
function shortOption(account: Account, { optionRate, optionFloor }: Rates, listing: Listing): ExactDecimal | null {
  const { underlying, strike, right, multiplier } = listing
  const text = underlying === null ? null : newestPrice(account.prices, underlying)
  if (text === null || strike === null || right === null) return null
  const [spot, at] = [parseExact(text), parseExact(strike)]
  const away = right === 'call' ? subtractExact(at, spot) : subtractExact(spot, at)
  const rated = subtractExact(multiplyExact(spot, exactOfDouble(optionRate)), maxExact(zero, away))
  const floor = multiplyExact(right === 'call' ? spot : at, exactOfDouble(optionFloor))
  return multiplyExact(maxExact(rated, floor), multiplier)
}

/** What all that is held is worth at newest prices; null where one is not there. */
export function heldValue({ books, prices, instruments }: Account): ExactDecimal | null {
  let value = zero
  for (const [instrument, own] of books.byInstrument) {
    let quantity = zero
    for (const { position } of own) quantity = addExact(quantity, position)
    if (quantity.units === 0n) continue
    const price = newestPrice(prices, instrument)
    const multiplier = instruments.get(instrument)?.multiplier
    if (price === null || multiplier === undefined) return null
    value = addExact(value, multiplyExact(multiplyExact(quantity, parseExact(price)), multiplier))
  }
  return value
}

/** An order added to what a book has at work. */
export const withOrder = (
  book: Pick<Book, 'position' | 'buys' | 'sells'>,
  side: 'buy' | 'sell',
  quantity: ExactDecimal,
): Pick<Book, 'position' | 'buys' | 'sells'> => ({
  position: book.position,
  buys: side === 'buy' ? addExact(book.buys, quantity) : book.buys,
  sells: side === 'sell' ? addExact(book.sells, quantity) : book.sells,
})
