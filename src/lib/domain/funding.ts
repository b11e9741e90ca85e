import { type ExactDecimal, multiplyExact } from '#lib/bars/exact-decimal.ts'
import { type Contract, exposureOf } from './contract.ts'
import { type Money, moneyOfExact } from './money.ts'
import { negateExact } from './signed-decimal.ts'

/**
 * What funding pays to who holds a signed quantity: -quantity * multiplier * mark * rate, or of an inverse contract -quantity * multiplier / mark * rate coins; a
 * long position pays a rate above zero. Rounded once, half to even at 10^-18. Throws a RangeError for an inverse contract at a mark that is not above zero.
 */
export const fundingPaid = (
  contract: Contract,
  quantity: ExactDecimal,
  mark: ExactDecimal,
  rate: ExactDecimal,
): Money => moneyOfExact(negateExact(exposureOf(contract, mark, multiplyExact(quantity, rate))))
