import { addExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { asMoney, type Money, noMoney } from '#lib/domain/money.ts'
import { shareOf } from '#lib/domain/position.ts'
import { absExact, zero } from '#lib/domain/signed-decimal.ts'

/** An amount by signed quantities: each its share, of which the last has what rounding leaves, so that they add up to the whole. */
export function partsOf(amount: Money, quantities: readonly ExactDecimal[]): Money[] {
  const whole = quantities.reduce(addExact, zero)
  if (whole.units === 0n) return quantities.map(() => noMoney)
  const last = quantities.findLastIndex(({ units }) => units !== 0n)
  const shares = quantities.map((quantity) => {
    const share = shareOf(amount, absExact(quantity), absExact(whole))
    return quantity.units > 0n === whole.units > 0n ? share : asMoney(-share)
  })
  const rest = shares.reduce<bigint>((left, share, i) => (i === last ? left : left - share), amount)
  return shares.map((share, i) => (i === last ? asMoney(rest) : share))
}
