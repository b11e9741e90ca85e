import { addExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exposureOf } from '#lib/domain/contract.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { moneyScale } from '#lib/domain/money.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, divideExact, maxExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
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
  const valued = (units: ExactDecimal) => absExact(exposureOf(listing, parseExact(price), units))
  const longValue = long.units === 0n ? zero : addExact(valued(long), excess.long)
  if (listing.kind !== 'option') {
    const shortValue = short.units === 0n ? zero : addExact(valued(short), excess.short)
    const rate = exactOfDouble((rates.byKind[listing.kind] ?? rates.rates)[which])
    return multiplyExact(maxExact(longValue, shortValue), rate)
  }
  const perShort = short.units === 0n ? zero : shortOption(account, rates, instrument, listing)
  return perShort === null ? null : maxExact(longValue, multiplyExact(short, perShort))
}

/**
 * max(optionRate * underlying - out of the money, optionFloor * (underlying or strike)), per contract; of one that is quoted in its coin, in coins:
 * max(optionRate - out of the money / underlying, optionFloor).
 */
function shortOption(
  account: Account,
  { optionRate, optionFloor }: Rates,
  instrument: string,
  listing: Listing,
): ExactDecimal | null {
  const { underlying, strike, right, multiplier, isCoinQuoted } = listing
  const told = underlying === null ? null : newestPrice(account.prices, underlying)
  // Of an index often nothing is told but by quotes of its options.
  const text = told ?? account.underlyingPrices.get(instrument) ?? null
  if (text === null || strike === null || right === null) return null
  const [spot, at] = [parseExact(text), parseExact(strike)]
  const away = maxExact(zero, right === 'call' ? subtractExact(at, spot) : subtractExact(spot, at))
  const [rate, least] = [exactOfDouble(optionRate), exactOfDouble(optionFloor)]
  if (isCoinQuoted)
    return spot.units <= 0n
      ? null
      : multiplyExact(maxExact(subtractExact(rate, divideExact(away, spot, moneyScale)), least), multiplier)
  const rated = subtractExact(multiplyExact(spot, rate), away)
  return multiplyExact(maxExact(rated, multiplyExact(right === 'call' ? spot : at, least)), multiplier)
}
