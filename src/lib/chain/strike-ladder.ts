import { compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { absExact, subtractExact } from '#lib/domain/signed-decimal.ts'

export type OptionRight = 'call' | 'put'

/** The strikes that are listed for one expiry and right, from the lowest up, each once. Answers are indices of it, null where there is no such strike. */
export type StrikeLadder = readonly ExactDecimal[]

/** How many strikes are below a price: the index of the first that is not. */
export function strikesBelow(ladder: StrikeLadder, price: ExactDecimal): number {
  let [low, high] = [0, ladder.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareExact(ladder[middle] as ExactDecimal, price) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The strike that is nearest to a price; of two the lower. With the spot as the price: at the money. [C2] */
export function nearestStrike(ladder: StrikeLadder, price: ExactDecimal): number | null {
  const above = strikesBelow(ladder, price)
  if (above === ladder.length) return above === 0 ? null : above - 1
  if (above === 0) return 0
  const up = absExact(subtractExact(ladder[above] as ExactDecimal, price))
  const down = absExact(subtractExact(ladder[above - 1] as ExactDecimal, price))
  return compareExact(up, down) < 0 ? above : above - 1
}

/** The nth strike out of the money, the nearest is 1; a strike at the spot is neither out nor in. [C3] */
export function nthOutOfMoney(ladder: StrikeLadder, right: OptionRight, spot: ExactDecimal, n: number): number | null {
  return right === 'call' ? nthAbove(ladder, spot, n) : nthBelow(ladder, spot, n)
}

/** The nth strike in the money. [C3] */
export function nthInMoney(ladder: StrikeLadder, right: OptionRight, spot: ExactDecimal, n: number): number | null {
  return right === 'call' ? nthBelow(ladder, spot, n) : nthAbove(ladder, spot, n)
}

/** So many listed strikes from the one at the money: out of the money when positive, in when negative. [C4] */
export function stepsFromMoney(
  ladder: StrikeLadder,
  right: OptionRight,
  spot: ExactDecimal,
  steps: number,
): number | null {
  const money = nearestStrike(ladder, spot)
  return money === null ? null : listed(ladder, right === 'call' ? money + steps : money - steps)
}

/** The strike that is exactly this one. [C5] */
export function exactStrike(ladder: StrikeLadder, strike: ExactDecimal): number | null {
  const index = listed(ladder, strikesBelow(ladder, strike))
  return index !== null && compareExact(ladder[index] as ExactDecimal, strike) === 0 ? index : null
}

/** Of numbers that go with strikes, null where a strike has none, the one nearest to a target; of two the lower strike. [C6] */
export function nearestNumber(values: readonly (number | null)[], target: number): number | null {
  let best: number | null = null
  let distance = Number.POSITIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    const away = Math.abs(value - target)
    if (away < distance) [best, distance] = [i, away]
  }
  return best
}

function nthAbove(ladder: StrikeLadder, spot: ExactDecimal, n: number): number | null {
  const first = strikesBelow(ladder, spot)
  const isAt = first < ladder.length && compareExact(ladder[first] as ExactDecimal, spot) === 0
  return listed(ladder, (isAt ? first + 1 : first) + n - 1)
}

const nthBelow = (ladder: StrikeLadder, spot: ExactDecimal, n: number): number | null =>
  listed(ladder, strikesBelow(ladder, spot) - n)

const listed = (ladder: StrikeLadder, index: number): number | null =>
  index >= 0 && index < ladder.length ? index : null
