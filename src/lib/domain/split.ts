import { type ExactDecimal, formatExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from './decimal.ts'
import type { NewestPrices } from './newest-price.ts'
import { divideHalfEven } from './rounding.ts'

/** So many new units for so many old ones. */
export type SplitRatio = { readonly numerator: number; readonly denominator: number }

/** Digits behind the point of what does not come out even: twice those of money, so that quantity * price stays as it was to money's last digit. */
const digits = 36

/** What a quantity of old units is in new ones. Rounded half to even at 10^-36. */
export function splitQuantity({ units, scale }: ExactDecimal, { numerator, denominator }: SplitRatio): ExactDecimal {
  const whole = units * BigInt(numerator) * tenTo(Math.max(0, digits - scale))
  return parseExact(fromUnits(divideHalfEven(whole, BigInt(denominator)), Math.max(digits, scale)))
}

/** The same of decimal text. */
export const splitQuantityText = (quantity: string, ratio: SplitRatio): string =>
  formatExact(splitQuantity(parseExact(quantity), ratio))

/** What was traded before splits, in the units after them. */
export function inNewUnits<T extends { readonly quantity: string; readonly price: string }>(
  traded: T,
  splits: readonly SplitRatio[] = [],
): T {
  let { quantity, price } = traded
  for (const ratio of splits) {
    quantity = splitQuantityText(quantity, ratio)
    price = splitPrice(price, ratio)
  }
  return { ...traded, quantity, price }
}

/** The newest price of what is split, in new units until the market tells another. */
export function splitPrices(prices: NewestPrices, instrument: string, ratio: SplitRatio): void {
  const newest = prices.get(instrument)
  if (typeof newest === 'string') prices.set(instrument, splitPrice(newest, ratio))
  else if (newest !== undefined) prices.set(instrument, [splitPrice(newest[0], ratio), splitPrice(newest[1], ratio)])
}

/** What the price of an old unit is of a new one. */
const splitPrice = (price: string, { numerator, denominator }: SplitRatio): string =>
  splitQuantityText(price, { numerator: denominator, denominator: numerator })
