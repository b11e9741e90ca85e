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

/** What a book holds and has at work, with what its orders come to above the newest price. */
type Held = Pick<Book, 'position' | 'buys' | 'sells'> & {
  readonly excess: { readonly long: ExactDecimal; readonly short: ExactDecimal }
}

/**
 * What the most that a book could come to hold needs, long if all its buys were filled or short if all its sells were, whichever is more; null
 * where a price that it needs is not there. [R28]
 */
export function requirementOf(
  account: Account,
  rates: Rates,
  which: Which,
  instrument: string,
  { position, buys, sells, excess }: Held,
): ExactDecimal | null {
  const long = maxExact(zero, addExact(position, buys))
  const short = maxExact(zero, subtractExact(sells, position))
  if (long.units === 0n && short.units === 0n) return zero
  const listing = account.instruments.get(instrument)
  const price = newestPrice(account.prices, instrument)
  if (listing === undefined || price === null) return null
  const value = absExact(multiplyExact(parseExact(price), listing.multiplier))
  const longValue = long.units === 0n ? zero : addExact(multiplyExact(long, value), excess.long)
  if (listing.kind !== 'option') {
    const shortValue = short.units === 0n ? zero : addExact(multiplyExact(short, value), excess.short)
    const rate = exactOfDouble((rates.byKind[listing.kind] ?? rates.rates)[which])
    return multiplyExact(maxExact(longValue, shortValue), rate)
  }
  const perShort = short.units === 0n ? zero : shortOption(account, rates, listing)
  return perShort === null ? null : maxExact(longValue, multiplyExact(short, perShort))
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
