import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bar, Trade } from '#lib/bars/bar.ts'
import { type BarBuilder, buildBar, endBars, startBars } from '#lib/bars/bar-builder.ts'
import { bucketOf } from '#lib/bars/bucket.ts'
import {
  addExact,
  compareDecimalText,
  compareExact,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { productOf, sumOf } from '#lib/bars/exact-text.ts'
import { endResampling, resampleBar, startResampling } from '#lib/bars/resample-bars.ts'

const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max })
const decimal = fc
  .tuple(fc.constantFrom('', '', '-'), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.option(digits(12)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`)
const small = fc
  .tuple(fc.nat(99_999), fc.option(digits(4)))
  .map(([whole, fraction]) => `${whole}${fraction === null ? '' : `.${fraction}`}`)
const anyDecimal = fc.oneof(decimal, small)

const trade: fc.Arbitrary<Trade> = fc.record({ at: fc.nat(20_000_000), price: small, size: small })
const inOrder = fc.array(trade, { maxLength: 50 }).map((trades) => trades.sort((a, b) => a.at - b.at))
const interval = fc.constantFrom('100ms', '1s', '7s', '3t', '50000v', '900000000n')

const build = (builder: BarBuilder, trades: readonly Trade[]): Bar[] =>
  trades.flatMap((one) => structuredClone(buildBar(builder, one)) ?? [])
const total = (amounts: readonly string[]) => amounts.reduce(sumOf, '0')
const isSameNumber = (a: string, b: string) => compareDecimalText(a, b) === 0

test('decimal text goes through exact form unchanged', () => {
  const withoutSignOfZero = (text: string) => text.replace(/^-(?=[0.]+$)/, '')
  fc.assert(
    fc.property(anyDecimal, (text) => {
      expect(formatExact(parseExact(text))).toBe(withoutSignOfZero(text))
    }),
  )
})

test('sums and products of text are those of bigints, short or long', () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, (a, b) => {
      expect(sumOf(a, b)).toBe(formatExact(addExact(parseExact(a), parseExact(b))))
      expect(productOf(a, b)).toBe(formatExact(multiplyExact(parseExact(a), parseExact(b))))
    }),
    { numRuns: 2000 },
  )
})

test('text is compared as exact numbers, beyond the digits of a double too', () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, (a, b) => {
      expect(Math.sign(compareDecimalText(a, b))).toBe(compareExact(parseExact(a), parseExact(b)))
    }),
  )
  expect(compareDecimalText('100000000000000000.1', '100000000000000000.2')).toBeLessThan(0)
  expect(compareDecimalText('1.10', '1.1')).toBe(0)
})

test('every instant is in exactly one bucket of any width, and buckets of a day tile it', () => {
  fc.assert(
    fc.property(fc.nat(4_000_000_000_000_000), fc.integer({ min: 1, max: 200_000_000_000 }), (at, widthUs) => {
      const { start, end } = bucketOf(at, widthUs)
      expect(start <= at && at < end && end - start <= widthUs).toBe(true)
      expect(bucketOf(start, widthUs)).toEqual({ start, end })
      expect(bucketOf(end, widthUs).start).toBe(end)
    }),
  )
})

test('no trade in order is lost or counted twice: bars and what is open hold every trade and all volume', () => {
  fc.assert(
    fc.property(interval, inOrder, (width, trades) => {
      const builder = startBars(width)
      const bars = build(builder, trades)
      const all = builder.bar ? [...bars, builder.bar] : bars
      expect(all.reduce((sum, bar) => sum + bar.trades, 0)).toBe(trades.length)
      expect(isSameNumber(total(all.map(({ volume }) => volume)), total(trades.map(({ size }) => size)))).toBe(true)
    }),
  )
})

test('bars are in order, and low <= open, close <= high', () => {
  fc.assert(
    fc.property(interval, inOrder, (width, trades) => {
      const builder = startBars(width)
      const bars = [...build(builder, trades), ...[endBars(builder)].filter((bar) => bar !== null)]
      bars.forEach(({ open, high, low, close, start, firstAt, lastAt }, i) => {
        for (const price of [open, close])
          expect(compareDecimalText(low, price) <= 0 && compareDecimalText(price, high) <= 0).toBe(true)
        expect(start <= firstAt && firstAt <= lastAt).toBe(true)
        expect(start).toBeGreaterThanOrEqual(bars[i - 1]?.lastAt ?? 0)
      })
    }),
  )
})

test('stopped and restored as JSON at any trade, in order or not, builds the same bars', () => {
  fc.assert(
    fc.property(interval, fc.array(trade, { maxLength: 50 }), fc.nat(50), (width, trades, stop) => {
      const whole = startBars(width)
      const expected = build(whole, trades)
      const first = startBars(width)
      const before = build(first, trades.slice(0, stop))
      const second = JSON.parse(JSON.stringify(first)) as BarBuilder
      expect([...before, ...build(second, trades.slice(stop))]).toEqual(expected)
      expect(second).toEqual(whole)
    }),
  )
})

test('narrow bars made wider are the wide bars of the same trades', () => {
  fc.assert(
    fc.property(inOrder, (trades) => {
      const narrow = startBars('1s')
      const wide = startBars('5s')
      const last = (builder: BarBuilder) => [endBars(builder)].filter((bar) => bar !== null)
      const narrowBars = [...build(narrow, trades), ...last(narrow)]
      const wideBars = [...build(wide, trades), ...last(wide)]
      const resampler = startResampling('5s')
      const resampled = [...narrowBars.flatMap((bar) => resampleBar(resampler, bar)), ...endResampling(resampler)]
      const essence = ({ start, end, open, high, low, close, volume, trades: count }: (typeof resampled)[number]) => ({
        start,
        end,
        open,
        high,
        low,
        close,
        volume,
        count,
      })
      expect(resampled.map(essence)).toEqual(wideBars.map((bar) => essence({ ...bar, sourceBars: 0 })))
    }),
  )
})

test('a wide bar is complete as soon as its last narrow bar is there', () => {
  const resampler = startResampling('2m')
  const minute = (n: number) => ({
    start: n * 60e6,
    end: (n + 1) * 60e6,
    open: '1',
    high: '1',
    low: '1',
    close: '1',
    volume: '1',
  })
  expect(resampleBar(resampler, minute(0))).toEqual([])
  expect(resampleBar(resampler, minute(1))).toMatchObject([{ start: 0, end: 120e6, volume: '2', sourceBars: 2 }])
  expect(resampleBar(resampler, minute(3))).toMatchObject([{ start: 120e6, end: 240e6, volume: '1', sourceBars: 1 }])
  expect(() => startResampling('5t')).toThrow('wider in time only')
})
