import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareExact, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import { roundToStep, wholeSteps } from '#lib/domain/whole-steps.ts'

test('steps are counted towards minus or plus infinity', () => {
  const count = (amount: string, rounding: 'down' | 'up') => wholeSteps(parseExact(amount), parseExact('0.5'), rounding)
  expect([count('10.7', 'down'), count('10.7', 'up')]).toEqual([21n, 22n])
  expect([count('-10.7', 'down'), count('-10.7', 'up')]).toEqual([-22n, -21n])
  expect([count('-10.5', 'down'), count('-10.5', 'up')]).toEqual([-21n, -21n])
  expect(() => wholeSteps(parseExact('1'), parseExact('0.0'), 'down')).toThrow(RangeError)
})

test('a rounded amount is a multiple of the step, on the named side, less than a step away', () => {
  const decimal = fc.tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(8)).map(([units, scale]) => ({ units, scale }))
  const step = fc.tuple(fc.bigInt(1n, 10n ** 6n), fc.nat(8)).map(([units, scale]) => ({ units, scale }))
  fc.assert(
    fc.property(decimal, step, (amount, size) => {
      const down = roundToStep(amount, size, 'down')
      const up = roundToStep(amount, size, 'up')
      const [below, above] = [subtractExact(amount, down), subtractExact(up, amount)]
      for (const gap of [below, above]) {
        expect(gap.units >= 0n, formatExact(gap)).toBe(true)
        expect(compareExact(gap, size)).toBeLessThan(0)
      }
      const isMultiple = below.units === 0n
      expect(compareExact(down, up) === 0).toBe(isMultiple)
    }),
  )
})
