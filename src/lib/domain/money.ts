import { type ExactDecimal, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from './decimal.ts'
import { divideHalfEven } from './rounding.ts'

declare const inMoney: unique symbol
/** An amount in 10^-18 of the currency that stands beside it. */
export type Money = bigint & { readonly [inMoney]: true }

/**
 * Digits after the point, the same for every currency: 8 of a price, 8 of a quantity and 2 of a multiplier or of basis points
 * fit, so a notional is exact for every instrument that exchanges list. What is finer is rounded half to even.
 */
export const moneyScale = 18

export const asMoney = (units: bigint): Money => units as Money
export const noMoney: Money = asMoney(0n)

/** Decimal text as money; digits beyond the 18th are rounded half to even. */
export const moneyOf = (text: string): Money => moneyOfExact(parseExact(text))

/** An exact decimal as money; digits beyond the 18th are rounded half to even. */
export const moneyOfExact = ({ units, scale }: ExactDecimal): Money =>
  asMoney(scale <= moneyScale ? units * tenTo(moneyScale - scale) : divideHalfEven(units, tenTo(scale - moneyScale)))

/** The amount as its shortest decimal text. */
export const moneyText = (money: Money): string => fromUnits(money, moneyScale)

export const absMoney = (money: Money): Money => (money < 0n ? asMoney(-money) : money)
