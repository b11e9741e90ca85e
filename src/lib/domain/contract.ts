import { type ExactDecimal, multiplyExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { asMoney, type Money, moneyScale } from './money.ts'
import { notionalOf } from './notional.ts'
import { divideHalfEven } from './rounding.ts'

/** How a contract pays: linear in its currency, or inverse, a number of money in coins. */
export type Contract = { readonly multiplier: ExactDecimal; readonly isInverse: boolean }

/** Of a listing. An option that is settled in its coin is quoted in it, and so linear. */
export const contractOf = ({
  multiplier,
  isInverse,
  kind,
}: Pick<PayloadOf<'md.instrument'>, 'multiplier' | 'isInverse' | 'kind'>): Contract => ({
  multiplier: parseExact(multiplier),
  isInverse: isInverse === true && kind !== 'option',
})

/**
 * What a quantity held is worth at a price, so that profit is the worth at exit less that at entry: price * quantity * multiplier, or for an inverse
 * contract -quantity * multiplier / price; rounded half to even at 10^-18. Throws a RangeError for an inverse contract at a price that is not above zero.
 */
export function worthOf({ multiplier, isInverse }: Contract, price: ExactDecimal, quantity: ExactDecimal): Money {
  if (!isInverse) return notionalOf(price, quantity, multiplier)
  const { units, scale } = multiplyExact(quantity, multiplier)
  return asMoney(divideHalfEven(-units * tenTo(moneyScale + price.scale), price.units * tenTo(scale)))
}
