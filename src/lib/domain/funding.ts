import { type ExactDecimal, multiplyExact, tenTo } from '#lib/bars/exact-decimal.ts'
import type { Contract } from './contract.ts'
import { asMoney, type Money, moneyOfExact, moneyScale } from './money.ts'
import { divideHalfEven } from './rounding.ts'
import { negateExact } from './signed-decimal.ts'

/**
 * What funding pays to who holds a signed quantity: -quantity * multiplier * mark * rate, or of an inverse contract -quantity * multiplier / mark * rate coins; a
 * long position pays a rate above zero. Rounded once, half to even at 10^-18. Throws a RangeError for an inverse contract at a mark that is not above zero.
 */
export function fundingPaid(
  { multiplier, isInverse }: Contract,
  quantity: ExactDecimal,
  mark: ExactDecimal,
  rate: ExactDecimal,
): Money {
  const share = negateExact(multiplyExact(multiplyExact(quantity, multiplier), rate))
  if (!isInverse) return moneyOfExact(multiplyExact(share, mark))
  return asMoney(divideHalfEven(share.units * tenTo(moneyScale + mark.scale), mark.units * tenTo(share.scale)))
}
