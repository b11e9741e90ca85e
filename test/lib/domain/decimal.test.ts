import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits, toSafeUnits, toUnits } from '#lib/domain/decimal.ts'
import { lotSizeOf, lotsToQuantity, quantityToLots, safeLots } from '#lib/domain/lot-size.ts'
import { moneyOf, moneyScale, moneyText } from '#lib/domain/money.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import { isOnTick, tickSizeOf } from '#lib/domain/tick-size.ts'

const units = fc.oneof(
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  fc.bigInt({ min: -999_999_999_999_999n, max: 999_999_999_999_999n }),
  fc.bigInt({ min: -100n, max: 100n }),
)
const scale = fc.nat(20)
const text = fc.record({ units, scale }).map(formatExact)

test('units survive text, and text survives units as its shortest form', () => {
  fc.assert(
    fc.property(units, scale, (n, at) => {
      expect(toUnits(fromUnits(n, at), at)).toBe(n)
      expect(fromUnits(n, at)).not.toMatch(/\.\d*0$|\.$|^-0$/)
    }),
  )
})

test('the short way to a safe integer and the long way agree, refusals included', () => {
  fc.assert(
    fc.property(text, fc.nat(20), (decimal, at) => {
      const { units: digits, scale: held } = parseExact(decimal)
      // The oracle is the rational digits / 10^held.
      const excess = 10n ** BigInt(Math.max(0, held - at))
      const exact = (digits * 10n ** BigInt(Math.max(0, at - held))) / excess
      const isExact = digits % excess === 0n
      const isSafe = exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= BigInt(Number.MIN_SAFE_INTEGER)
      if (isExact && isSafe) expect(toSafeUnits(decimal, at)).toBe(Number(exact))
      else expect(() => toSafeUnits(decimal, at)).toThrow(RangeError)
      if (isExact) expect(toUnits(decimal, at)).toBe(exact)
      else expect(() => toUnits(decimal, at)).toThrow(/more than/)
    }),
    { numRuns: 2000 },
  )
})

test.each(['', ' 1', '1.', '.5', '0x10', '1e5', '--1', 'NaN', '1.2.3'])('what is no decimal is refused: %j', (odd) => {
  expect(() => toUnits(odd, 2)).toThrow(/expected an exact decimal/)
  expect(() => toSafeUnits(odd, 2)).toThrow(/expected an exact decimal/)
})

test('a double counts as its shortest decimal text', () => {
  expect(formatExact(exactOfDouble(100.01))).toBe('100.01')
  expect(formatExact(exactOfDouble(-1.5e-9))).toBe('-0.0000000015')
  expect(formatExact(exactOfDouble(1.25e22))).toBe('12500000000000000000000')
  expect(() => exactOfDouble(Number.NaN)).toThrow(RangeError)
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      expect(Number(formatExact(exactOfDouble(x)))).toBe(x + 0)
    }),
  )
})

test('division rounds to the nearest, ties to even', () => {
  expect([5n, 15n, 25n, -5n, -15n, 14n, 16n].map((n) => divideHalfEven(n, 10n))).toEqual([0n, 2n, 2n, 0n, -2n, 1n, 2n])
  fc.assert(
    fc.property(units, fc.bigInt({ min: 1n, max: 10n ** 12n }), (n, by) => {
      const off = n - divideHalfEven(n, by) * by
      expect(2n * (off < 0n ? -off : off) <= by).toBe(true)
    }),
  )
})

const tickText = fc.constantFrom('0.01', '0.05', '0.25', '1', '0.00001', '2.50', '0.00000001', '1000')

test('a price is on the grid where it is a whole number of ticks, however it is written', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), tickText, (n, step) => {
      const { units, scale } = tickSizeOf(step)
      expect(isOnTick(fromUnits(BigInt(n) * BigInt(units), scale), { units, scale })).toBe(true)
    }),
  )
  const nickel = tickSizeOf('0.05')
  expect(['100.500', '100.501', '100.52', '-3'].map((price) => isOnTick(price, nickel))).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(() => tickSizeOf('0.00')).toThrow(/above zero/)
})

test('lots and quantities are the same number; parts of a lot are refused', () => {
  const satoshi = lotSizeOf('0.00000001')
  expect(quantityToLots('1.01661658', satoshi)).toBe(101661658)
  expect(lotsToQuantity(101661658, satoshi)).toBe('1.01661658')
  expect(lotsToQuantity(-3, lotSizeOf('75'))).toBe('-225')
  expect(() => quantityToLots('100', lotSizeOf('75'))).toThrow('100 is not in whole lots of 75')
  expect(() => safeLots(Number.MAX_SAFE_INTEGER + 1)).toThrow(RangeError)
  fc.assert(
    fc.property(fc.maxSafeInteger(), tickText, (n, step) => {
      const lot = lotSizeOf(step)
      expect(quantityToLots(lotsToQuantity(n, lot), lot)).toBe(n)
    }),
  )
})

test('money is exact to its 18th digit and rounds half to even beyond', () => {
  expect(moneyText(moneyOf('-6201.2300'))).toBe('-6201.23')
  expect(moneyOf(`0.${'0'.repeat(moneyScale)}5`)).toBe(0n)
  expect(moneyOf(`0.${'0'.repeat(moneyScale - 1)}15`)).toBe(2n)
  fc.assert(fc.property(units, (n) => moneyOf(fromUnits(n, moneyScale)) === n))
})
