import { type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { asMoney, type Money, moneyScale } from './money.ts'
import { notionalOf } from './notional.ts'
import { divideExact, negateExact } from './signed-decimal.ts'

/** How a contract pays: linear in its currency, as an option that is quoted in its coin is too, or inverse, a number of money in coins. */
export type Contract = { readonly multiplier: ExactDecimal; readonly isInverse: boolean }

/** Of a listing. */
export const contractOf = ({
  multiplier,
  isInverse,
  kind,
}: Pick<PayloadOf<'md.instrument'>, 'multiplier' | 'kind'> & {
  readonly isInverse?: boolean | undefined
}): Contract => ({
  multiplier: parseExact(multiplier),
  isInverse: isInverse === true && kind !== 'option',
})

type Kept = Pick<Contract, 'isInverse'> & { readonly currency: string }

/** Does a new listing pay in something else, or another way? What was counted would be other money. */
export const paysOtherwise = (known: Kept | undefined, listing: Kept): boolean =>
  known !== undefined && (known.currency !== listing.currency || known.isInverse !== listing.isInverse)

/** When a contract ends, microseconds: where no time is stated, when its day of expiry is over, UTC; null for what does not end. */
export const endOf = ({ expiresAt, expiry }: Pick<PayloadOf<'md.instrument'>, 'expiresAt' | 'expiry'>): number | null =>
  expiresAt ?? (expiry === undefined ? null : Date.parse(`${expiry}T00:00:00Z`) * 1_000 + dayMicros)

/**
 * How large a position is, with its sign, in the contract's currency: price * quantity * multiplier, exactly; of an inverse contract quantity * multiplier
 * / price, rounded as its worth is.
 */
export function exposureOf(contract: Contract, price: ExactDecimal, quantity: ExactDecimal): ExactDecimal {
  if (contract.isInverse) return { units: -worthOf(contract, price, quantity), scale: moneyScale }
  return multiplyExact(multiplyExact(price, quantity), contract.multiplier)
}

/**
 * What a quantity held is worth at a price, so that profit is the worth at exit less that at entry: price * quantity * multiplier, or for an inverse
 * contract -quantity * multiplier / price; rounded half to even at 10^-18. Throws a RangeError for an inverse contract at a price that is not above zero.
 */
export function worthOf({ multiplier, isInverse }: Contract, price: ExactDecimal, quantity: ExactDecimal): Money {
  if (!isInverse) return notionalOf(price, quantity, multiplier)
  return asMoney(divideExact(negateExact(multiplyExact(quantity, multiplier)), price, moneyScale).units)
}
