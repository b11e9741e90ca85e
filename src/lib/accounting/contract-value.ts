import { divideRational, multiplyRational, negateRational, type Rational } from './rational.ts'

/** How a contract pays: linear in its quote currency, or inverse in its base currency (a number of quote units per contract). */
export type Contract = { readonly multiplier: Rational; readonly isInverse: boolean }

/**
 * What one unit held is worth at a price, so that profit is quantity * (value at exit - value at entry): multiplier * price, or for
 * an inverse contract -multiplier / price (BitMEX, XBTUSD: contracts * multiplier * (1/entry - 1/exit)).
 */
export const valueAt = ({ multiplier, isInverse }: Contract, price: Rational): Rational =>
  isInverse ? negateRational(divideRational(multiplier, price)) : multiplyRational(multiplier, price)

/** The price at which a unit has this value: of a mean of values the average price, harmonic for an inverse contract. */
export const priceWorth = ({ multiplier, isInverse }: Contract, value: Rational): Rational =>
  isInverse ? divideRational(negateRational(multiplier), value) : divideRational(value, multiplier)

/** What funding pays to who holds the quantity: -quantity * notional * rate, the notional at the mark. */
export const fundingPaid = (
  { multiplier, isInverse }: Contract,
  quantity: Rational,
  mark: Rational,
  rate: Rational,
): Rational => {
  const notional = isInverse ? divideRational(multiplier, mark) : multiplyRational(multiplier, mark)
  return negateRational(multiplyRational(multiplyRational(quantity, notional), rate))
}
