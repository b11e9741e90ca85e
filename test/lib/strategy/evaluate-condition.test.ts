import { describe, expect, test } from 'vitest'
import { correl } from '#lib/indicators/correl.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { conditionOf } from '#lib/strategy/compile-expression.ts'
import type { InputScope } from '#lib/strategy/declared-inputs.ts'
import { evaluateCondition } from '#lib/strategy/evaluate-condition.ts'
import { emptyHistory, setValue } from '#lib/strategy/history.ts'
import { parseExpression } from '#lib/strategy/parse-expression.ts'

type Values = readonly (number | null)[]
const fields = ['open', 'high', 'low'] as const

/** What a condition is on opens, highs and lows o, h, l: the newest last. Null is undefined. */
function verdictOf(condition: string, ...bars: readonly Values[]): boolean | null {
  const inputs = [{ name: 'p', at: 0, kind: 'series', role: 'r', timeframe: '1d' } as const]
  const scope: InputScope = { inputs, slots: [], counters: [], mayReadScores: false, zone: 'UTC' }
  const compiled = conditionOf(parseExpression(condition), scope)
  const history = emptyHistory(scope.slots.map(() => 20))
  for (const bar of bars) {
    history.evaluations++
    scope.slots.forEach((slot, n) => {
      if ('output' in slot) setValue(history, n, bar[fields.indexOf(slot.output as 'open')] ?? null)
    })
  }
  return evaluateCondition(compiled, history)
}
const verdict = (condition: string, now: Values, before: Values = [null, null, null]) =>
  verdictOf(condition, before, now)

const T = 'p.open == 1'
const F = 'p.open == 2'
const U = 'p.high == 1'
const now = [1, null, 5]

describe('three-valued logic', () => {
  test.each([
    [T, true],
    [F, false],
    [U, null],
    [`not (${T})`, false],
    [`not (${F})`, true],
    [`not (${U})`, null],
    [`${T} and ${T}`, true],
    [`${T} and ${F}`, false],
    [`${F} and ${U}`, false],
    [`${U} and ${F}`, false],
    [`${T} and ${U}`, null],
    [`${U} and ${T}`, null],
    [`${U} and ${U}`, null],
    [`${F} or ${F}`, false],
    [`${T} or ${U}`, true],
    [`${U} or ${T}`, true],
    [`${F} or ${U}`, null],
    [`${U} or ${F}`, null],
    [`${U} or ${U}`, null],
  ])('%s is %s', (condition, expected) => {
    expect(verdict(condition, now)).toBe(expected)
  })

  test.each(['p.high != p.high', '-p.high < 0', 'p.high * 0 == 0', 'p.open / (p.low - 5) > 0', '0 / (p.low - 5) == 0'])(
    '%s needs what is undefined',
    (condition) => {
      expect(verdict(condition, now)).toBeNull()
    },
  )

  test.each([
    ['p.open + p.low * 2 - 1 == 10', true],
    ['-p.low + 6 == p.open', true],
    ['p.low / 2 >= 2.5', true],
    ['p.low / 2 > 2.5', false],
    ['p.low <= 5', true],
    ['p.low != 5', false],
  ])('%s is %s', (condition, expected) => {
    expect(verdict(condition, now)).toBe(expected)
  })
})

describe('crosses', () => {
  const above = 'p.open crosses above p.high'
  const below = 'p.open crosses below p.high'
  test.each<[string, [number, number], [number, number], boolean, boolean]>([
    ['from below to above', [1, 2], [3, 2], true, false],
    ['from a touch to above', [2, 2], [3, 2], true, false],
    ['from below to a touch', [1, 2], [2, 2], false, false],
    ['from above to a touch', [3, 2], [2, 2], false, false],
    ['from above to below', [3, 2], [1, 2], false, true],
    ['from a touch to below', [2, 2], [1, 2], false, true],
    ['above all along', [3, 2], [4, 2], false, false],
    ['a touch all along', [2, 2], [2, 2], false, false],
  ])('%s', (_, before, after, isAbove, isBelow) => {
    expect(verdict(above, [...after, 0], [...before, 0])).toBe(isAbove)
    expect(verdict(below, [...after, 0], [...before, 0])).toBe(isBelow)
  })

  test('are undefined without all four numbers', () => {
    for (const missing of [0, 1, 2, 3]) {
      const four: (number | null)[] = [1, 2, 3, 2]
      four[missing] = null
      expect(verdict(above, four.slice(2), four.slice(0, 2))).toBeNull()
    }
  })
})

describe('previous values, runs and windows', () => {
  const bars = [5, 1, 2, 4, 3].map((open) => [open, null, 1])
  test.each<[string, boolean | null]>([
    ['p.open == 3', true],
    ['p.open[0] == 3', true],
    ['p.open[1] == 4', true],
    ['p.open[4] == 5', true],
    ['p.open[5] == 5', null],
    ['(p.open + p.low)[2] == 3', true],
    ['p.open[1][1] == 2', true],
    ['(p.open > p.open[1])[1]', true],
    ['p.open > p.open[1]', false],
    ['(p.open[1] rising for 2)', true],
    ['p.open[1] rising for 3 bars', false],
    ['p.open rising', false],
    ['p.open falling', true],
    ['p.open falling for 2', false],
    ['p.open falling for 5', false],
    ['p.low rising for 5', false],
    ['p.high rising for 2', null],
    ['highest(p.open, 3) == 4', true],
    ['lowest(p.open, 4) == 1', true],
    ['average(p.open, 4) == 2.5', true],
    ['deviation(p.open, 4) * deviation(p.open, 4) between 1.2499 and 1.2501', true],
    ['average(p.open, 6) > 0', null],
    ['highest(p.open, 3)[1] == 4', true],
    ['max(p.open, 7, p.low) == 7 and min(p.open, p.low) == 1', true],
    ['abs(-p.open) == 3', true],
    ['sqrt(p.open - 4) > 0', null],
    ['log(p.open - 3) < 0', null],
    ['p.open between 3 and 3', true],
    ['p.open between p.high and 2', false],
    ['p.open between p.high and 4', null],
    ['p.open crosses below 4 or p.high > 1', true],
    ['p.open crosses above 4 or p.high > 1', null],
    ['(p.open crosses above 3)[1]', true],
  ])('%s is %s', (condition, expected) => {
    expect(verdictOf(condition, ...bars)).toBe(expected)
  })
})

describe('statistics of pairs', () => {
  // Worked by hand: deviations of open -1.5 -0.5 0.5 1.5, of high -3 1 -1 3; 9 of both, 5 and 20 of each.
  const pairs = [
    [1, 2],
    [2, 6],
    [3, 4],
    [4, 8],
  ]
  test.each([
    ['correlation(p.open, p.high, 4) between 0.8 and 0.8', true],
    ['beta(p.high, p.open, 4) == 1.6', true],
    ['beta(p.open, p.high, 4) == 0.4', true],
    ['correlation(p.open, -p.high, 4) == -0.8', true],
    ['correlation(p.open, p.open * 3 + 1, 3) == 1', true],
    ['correlation(p.open, p.high, 3)[1] == correlation(p.open[1], p.high[1], 3)', true],
    ['correlation(p.open, p.high * 0, 4) == 0', null],
    ['beta(p.open, p.high * 0, 4) > 0', null],
    ['correlation(p.open, p.high, 5) > 0', null],
    ['correlation(p.open, p.low, 2) > 0', null],
  ])('%s is %s', (condition, expected) => {
    expect(verdictOf(condition, ...pairs)).toBe(expected)
  })

  // 0.1 three times makes a mean that is not 0.1.
  test.each([
    ['correlation(p.open, p.high, 3) < 2', null],
    ['correlation(p.high, p.open, 3) < 2', null],
    ['correlation(p.open, p.high, 7) < 2', null],
    ['beta(p.open, p.high, 3) * 0 == 0', null],
    ['beta(p.high, p.open, 3) == 0', true],
    ['deviation(p.high, 3) == 0', true],
    ['deviation(p.high, 7) == 0', true],
    ['abs(p.high - p.open) / deviation(p.high, 3) > 0', null],
  ])('of what does not move, whatever its digits: %s is %s', (condition, expected) => {
    const still = [100, 101, 103, 102, 105, 104, 107].map((open) => [open, 0.1])
    expect(verdictOf(condition, ...still)).toBe(expected)
  })

  test('are those of the catalogue, of returns as well', () => {
    const random = seedRandom(7)
    const walk = Array.from(
      { length: 120 },
      () => [100 + drawBelow(random, 900), 100 + drawBelow(random, 900)] as const,
    )
    const state = correl.start([20])
    walk.forEach(([low, high], n) => {
      correl.update(state, { open: high, high, low, close: high, volume: 1, session: 0 })
      const { value } = correl.read(state) as { value: number | null }
      if (n < 19 || value === null) return
      const rows = walk.slice(0, n + 1).slice(-20)
      const near = (sign: string) =>
        `correlation(p.open, p.high, 20) ${sign} ${(value + (sign === '>' ? -1e-9 : 1e-9)).toFixed(12)}`
      expect([verdictOf(near('>'), ...rows), verdictOf(near('<'), ...rows)]).toEqual([true, true])
    })
  })
})
