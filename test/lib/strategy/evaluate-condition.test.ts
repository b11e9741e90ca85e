import { describe, expect, test } from 'vitest'
import { evaluateCondition, type Values } from '#lib/strategy/evaluate-condition.ts'
import { readStrategy } from '#lib/strategy/read-strategy.ts'

/** What a condition is on opens, highs and lows o, h, l now and before; null is undefined. */
function verdict(condition: string, now: Values, before: Values = [null, null, null]): boolean | null {
  const text = `{ name: a, inputs: { p: { role: r, timeframe: 1d } }, size: { quantity: 1 }, entry: { long: "p.open == p.open or p.high == p.low", short: "${condition}" } }`
  const { definition, problems } = readStrategy(text)
  if (!definition?.entry.short) throw new Error(JSON.stringify(problems))
  return evaluateCondition(definition.entry.short.when, now, before)
}

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
