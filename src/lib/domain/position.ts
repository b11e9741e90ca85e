import { addExact, type ExactDecimal, multiplyExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type Contract, worthOf } from './contract.ts'
import { fromUnits } from './decimal.ts'
import { asMoney, type Money, moneyOf, moneyScale, moneyText, noMoney } from './money.ts'
import { movedBy } from './moved-by.ts'
import { divideHalfEven } from './rounding.ts'
import { absExact, zero } from './signed-decimal.ts'

/**
 * A netting position at average cost. `cost` is what is open at the prices paid, with the position's sign. Every fill moves
 * `realized - cost` by exactly the cash it brings before its fee, so cash + position * mark = realized + unrealized - fees + paid to the
 * last digit, whatever is rounded.
 */
export type Position = {
  readonly quantity: ExactDecimal
  readonly cost: Money
  readonly realized: Money
  readonly fees: Money
  /** What it was paid without a trade, like funding; negative where it paid. */
  readonly paid: Money
}

/** An execution of ours: decimal texts, `fee` negative for a rebate. */
export type Execution = Pick<PayloadOf<'order.fill'>, 'side' | 'quantity' | 'price' | 'fee' | 'feePaid'>

export const flat: Position = { quantity: zero, cost: noMoney, realized: noMoney, fees: noMoney, paid: noMoney }

/**
 * The position after an execution. What opens adds its worth (linear: its notional) to the cost; what closes takes its share of the cost along,
 * rounded half to even at 10^-18, and realizes the rest; through zero, everything is closed and the rest opens at the price.
 */
export function positionAfter(position: Position, execution: Execution, contract: Contract): Position {
  const moved = movedBy(execution)
  const price = parseExact(execution.price)
  const fees = asMoney(position.fees + moneyOf(execution.fee))
  const quantity = addExact(position.quantity, moved)
  const bought = worthOf(contract, price, moved)
  const before = sign(position.quantity)
  if (before === 0 || sign(moved) === 0 || before === sign(moved))
    return { ...position, quantity, cost: asMoney(position.cost + bought), fees }
  const isThrough = sign(quantity) !== before
  const reopened = isThrough ? worthOf(contract, price, quantity) : noMoney
  const closedCost = isThrough ? position.cost : shareOf(position.cost, absExact(moved), absExact(position.quantity))
  const realized = asMoney(position.realized + (reopened - bought) - closedCost)
  return { ...position, quantity, cost: asMoney(position.cost - closedCost + reopened), realized, fees }
}

/** What closing at the mark would realize, before fees. */
export const unrealizedOf = ({ quantity, cost }: Position, mark: ExactDecimal, contract: Contract): Money =>
  quantity.units === 0n ? noMoney : asMoney(worthOf(contract, mark, quantity) - cost)

/**
 * The average price of what is open, with up to 18 digits after the point, rounded half to even; null when flat, or when what is open is of no size (a multiplier of zero). Of an inverse contract it is the
 * harmonic mean, null where all that was opened cost less than can be told.
 */
export function averagePriceOf({ quantity, cost }: Position, { multiplier, isInverse }: Contract): string | null {
  const { units, scale } = multiplyExact(quantity, multiplier)
  if (units === 0n) return null
  if (isInverse) return cost === 0n ? null : quotient(-units * tenTo(2 * moneyScale), cost * tenTo(scale))
  return quotient(cost * tenTo(scale), units)
}

/** Signed, as its shortest text. */
export const quantityText = ({ quantity }: Position): string => fromUnits(quantity.units, quantity.scale)

export type PositionJson = { readonly [Field in keyof Position]: string }

export const positionToJson = (position: Position): PositionJson => ({
  quantity: quantityText(position),
  cost: moneyText(position.cost),
  realized: moneyText(position.realized),
  fees: moneyText(position.fees),
  paid: moneyText(position.paid),
})

export const positionFromJson = ({ quantity, cost, realized, fees, paid }: PositionJson): Position => ({
  quantity: parseExact(quantity),
  cost: moneyOf(cost),
  realized: moneyOf(realized),
  fees: moneyOf(fees),
  paid: moneyOf(paid),
})

const quotient = (dividend: bigint, divisor: bigint): string =>
  fromUnits(divisor < 0n ? divideHalfEven(-dividend, -divisor) : divideHalfEven(dividend, divisor), moneyScale)

const sign = ({ units }: ExactDecimal): -1 | 0 | 1 => (units > 0n ? 1 : units < 0n ? -1 : 0)

/** The part of a cost that goes with a part of a quantity, rounded half to even. Neither quantity is negative. */
export function shareOf(cost: Money, part: ExactDecimal, whole: ExactDecimal): Money {
  const scale = Math.max(part.scale, whole.scale)
  const dividend = cost * part.units * tenTo(scale - part.scale)
  return asMoney(divideHalfEven(dividend, whole.units * tenTo(scale - whole.scale)))
}
