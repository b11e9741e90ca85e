import { addExact, type ExactDecimal, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { absExact, negateExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { offsetOf, onGrid } from './priced-order.ts'

type Protect = NonNullable<PayloadOf<'strategy.intent'>['protect']>
export type Bracket = NonNullable<PayloadOf<'instrument.resolved'>['bracket']>

/** Where a position that is opened at about the reference price is closed at the venue: no later than was asked. [S21] */
export function bracketOf(
  { stopLoss, takeProfit, trailing }: Protect,
  reference: string,
  isLong: boolean,
  tickSize: string,
): Bracket {
  const price = parseExact(reference)
  const bracket: { -readonly [Key in keyof Bracket]: Bracket[Key] } = {}
  const at = (distance: ExactDecimal, isAbove: boolean) =>
    formatExact(onGrid(addExact(price, isAbove ? distance : negateExact(distance)), tickSize, isAbove ? 'down' : 'up'))
  if (stopLoss) bracket.stopLoss = at(distanceOf(stopLoss, price), !isLong)
  if (takeProfit) bracket.takeProfit = at(distanceOf(takeProfit, price), isLong)
  if (trailing) bracket.trailingOffset = offsetOf(distanceOf(trailing, price), tickSize, true)
  return bracket
}

const distanceOf = (distance: NonNullable<Protect['stopLoss']>, price: ExactDecimal): ExactDecimal =>
  distance.by === 'fraction'
    ? multiplyExact(absExact(price), exactOfDouble(distance.fraction))
    : exactOfDouble(distance.points)
