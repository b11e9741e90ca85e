import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRequest } from '#lib/indicators/check-request.ts'
import type { AnyIndicator, BarValues, Param } from '#lib/indicators/indicator.ts'
import { findIndicator, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { addToMoments, startMoments } from '#lib/indicators/sliding-moments.ts'

/** Small windows, so that short series go through every phase of them. */
const paramOf = ({ min, max, isWhole, choices }: Param): fc.Arbitrary<number> => {
  if (choices) return fc.constantFrom(...Object.values(choices))
  return isWhole
    ? fc.integer({ min, max: Math.min(max, 9) })
    : fc.constantFrom(...[0.02, 0.5, 2].filter((x) => x <= max))
}
const paramsOf = (name: string): fc.Arbitrary<number[]> =>
  fc
    .tuple(...(findIndicator(name) as AnyIndicator).params.map(paramOf))
    .filter((params) => checkRequest(name, params).isValid)

// Prices as markets have them, with repeats, leaps and negative ones.
const price = fc.oneof(
  fc.integer({ min: -500, max: 500 }).map((ticks) => ticks / 10),
  fc.constantFrom(0, 0.1, 100, 1e-8, 1e12, -1e12),
)
const volume = fc.oneof(fc.integer({ min: 0, max: 900 }), fc.constantFrom(0, 0.001, 1e9))
const bar: fc.Arbitrary<BarValues> = fc
  .tuple(price, price, price, price, volume, fc.nat(2))
  .map(([open, close, one, other, traded, session]) => ({
    open,
    high: Math.max(open, close, one, other),
    low: Math.min(open, close, one, other),
    close,
    volume: traded,
    session,
  }))
const bars = fc.array(bar, { maxLength: 60 })

type Values = Readonly<Record<string, number | null>>

function run(indicator: AnyIndicator, state: unknown, series: readonly BarValues[]): Values[] {
  return series.map((values) => {
    indicator.update(state, values)
    return { ...indicator.read(state) }
  })
}

function checked(name: string, given: readonly number[]) {
  const request = checkRequest(name, given)
  if (!request.isValid) throw new Error(request.message)
  return request
}

describe.each(indicatorNames)('%s', (name) => {
  const given = paramsOf(name)

  test('is null exactly through the warm-up that the catalogue states, then finite, never minus zero, or null where it says when', () => {
    fc.assert(
      fc.property(given, bars, (written, series) => {
        const { indicator, params } = checked(name, written)
        run(indicator, indicator.start(params), series).forEach((values, i) => {
          for (const [output, firstIndex] of Object.entries(indicator.outputs)) {
            const value = values[output] as number | null
            if (i < firstIndex(params)) expect(value).toBe(null)
            else if (value === null) expect(indicator.undefinedWhen).toBeTypeOf('string')
            expect(value === null || (Number.isFinite(value) && !Object.is(value, -0))).toBe(true)
          }
        })
      }),
    )
  })

  test('stopped and restored as JSON at any point, goes on to the same values, bit by bit', () => {
    fc.assert(
      fc.property(given, bars, fc.nat(60), (written, series, stop) => {
        const { indicator, params } = checked(name, written)
        const state = indicator.start(params)
        const before = run(indicator, state, series.slice(0, stop))
        const after = run(indicator, JSON.parse(JSON.stringify(state)), series.slice(stop))
        expect([...before, ...after]).toStrictEqual(run(indicator, indicator.start(params), series))
      }),
    )
  })

  test('says nothing new when it is asked twice: reading does not change its state', () => {
    fc.assert(
      fc.property(given, bars, (written, series) => {
        const { indicator, params } = checked(name, written)
        const state = indicator.start(params)
        run(indicator, state, series)
        const copy = structuredClone(state)
        expect(indicator.read(state)).toStrictEqual(indicator.read(state))
        expect(state).toStrictEqual(copy)
      }),
    )
  })
})

describe('sliding moments', () => {
  const price = fc.integer({ min: 1, max: 10_000_000 }).map((ticks) => ticks / 100)

  test('equal two passes over the window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(price, { minLength: 1, maxLength: 80 }), (size, values) => {
        const moments = startMoments(size)
        values.forEach((x, i) => {
          addToMoments(moments, x)
          expect(moments.isFull).toBe(i >= size - 1)
          if (!moments.isFull) return
          const window = values.slice(i - size + 1, i + 1)
          const mean = window.reduce((sum, value) => sum + value, 0) / size
          const squares = window.reduce((sum, value) => sum + (value - mean) ** 2, 0)
          const largest = Math.max(...window)
          expect(Math.abs(moments.mean - mean)).toBeLessThanOrEqual(1e-14 * largest * size)
          expect(Math.abs(moments.squares - squares)).toBeLessThanOrEqual(1e-13 * (squares + largest))
        })
      }),
    )
  })

  test('are exact for a constant: the mean is the price, the deviation zero, also after a spike has left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), price, fc.nat(40), (size, constant, before) => {
        const moments = startMoments(size)
        for (let i = 0; i < before; i++) addToMoments(moments, constant)
        addToMoments(moments, 1e12)
        for (let i = 0; i < size; i++) addToMoments(moments, constant)
        expect([moments.mean, moments.squares]).toEqual([constant, 0])
      }),
    )
  })

  test('do not drift over a million bars', () => {
    const moments = startMoments(20)
    const window: number[] = []
    for (let i = 0; i < 1_000_000; i++) {
      const x = 60_000 + ((i * 7919) % 10_007) / 100
      addToMoments(moments, x)
      window[i % 20] = x
    }
    const mean = window.reduce((sum, x) => sum + x, 0) / 20
    expect(Math.abs(moments.mean - mean)).toBeLessThan(1e-10)
  })
})

test('the stochastic of an RSI is 0 while the price stands still, whatever the last bits of the RSI do', () => {
  const moves = [10, 11, 10.5, 11.5, 11.25, 12, 11, 11.5, ...new Array<number>(60).fill(11.5)]
  const series = moves.map((close) => ({ open: close, high: close, low: close, close, volume: 1, session: 0 }))
  for (const [name, params] of [
    ['stochrsi', [4, 3, 1]],
    ['stochrsi_kd', [4, 3, 1, 1]],
  ] as const) {
    const { indicator, params: all } = checked(name, params)
    const still = run(indicator, indicator.start(all), series).slice(12)
    expect(still.every(({ k, d }) => k === 0 && d === 0)).toBe(true)
  }
})
