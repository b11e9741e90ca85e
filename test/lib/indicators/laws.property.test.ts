import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRequest } from '#lib/indicators/check-request.ts'
import { computeSeries } from '#lib/indicators/compute-series.ts'
import type { AnyIndicator, BarValues } from '#lib/indicators/indicator.ts'
import { findIndicator, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { batch } from './batch.ts'
import { laws, unitOf } from './laws.ts'

/** A market in eighths, as doubles hold exactly, with gaps, standing still, and bars without volume. */
const market: fc.Arbitrary<BarValues[]> = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 5, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
      ),
      moves: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 4 }),
      volume: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 1, max: 5000 }) },
        { weight: 1, arbitrary: fc.constant(0) },
      ),
      isNewSession: fc.integer({ min: 0, max: 9 }).map((x) => x === 0),
    }),
    { minLength: 1, maxLength: 70 },
  )
  .map((steps) => {
    let price = 8_000
    let session = 0
    return steps.map(({ gap, moves, volume, isNewSession }) => {
      if (isNewSession) session++
      const path = [price + gap]
      for (const move of moves) path.push((path.at(-1) as number) + move)
      price = path.at(-1) as number
      const [open, close] = [path[0] as number, price]
      const [high, low] = [Math.max(...path), Math.min(...path)]
      return { open: open / 8, high: high / 8, low: low / 8, close: close / 8, volume, session }
    })
  })

const paramsOf = (name: string): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      ...(findIndicator(name) as AnyIndicator).params.map(({ min, max, isWhole, choices }) => {
        if (choices) return fc.constantFrom(...Object.values(choices))
        return isWhole ? fc.integer({ min, max: 12 }) : fc.constantFrom(...[0.02, 0.5, 2].filter((x) => x <= max))
      }),
    )
    .filter((params) => checkRequest(name, params).isValid)

const compute = (name: string, params: readonly number[], bars: readonly BarValues[]) =>
  computeSeries(findIndicator(name) as AnyIndicator, params, bars)

const changed = (
  bars: readonly BarValues[],
  price: (x: number) => number,
  volume: (x: number) => number,
): BarValues[] =>
  bars.map((bar) => ({
    open: price(bar.open),
    high: price(bar.high),
    low: price(bar.low),
    close: price(bar.close),
    volume: volume(bar.volume),
    session: bar.session,
  }))

const near = (got: number | null | undefined, want: number | null | undefined, tolerance: number): boolean =>
  typeof got === 'number' && typeof want === 'number' ? Math.abs(got - want) <= tolerance : got === want

test('there is a plain formula for every indicator', () => {
  expect(Object.keys(batch).sort()).toEqual(indicatorNames)
})

describe.each(Object.keys(batch))('%s', (name) => {
  test('bar by bar equals the plain formula over the whole series, gaps and all', () => {
    fc.assert(
      fc.property(paramsOf(name), market, (params, bars) => {
        const got = compute(name, params, bars)
        for (const [output, column] of Object.entries(batch[name]?.(params, bars) ?? {})) {
          const scale = Math.max(1, ...column.map((value) => Math.abs(value ?? 0)))
          // A narrow range of an RSI makes the last bits of it large.
          const tolerance = name.startsWith('stochrsi') ? 1e-5 : 1e-8
          const bad = column.findIndex((want, i) => !near(got[output]?.[i], want, tolerance * scale))
          expect([output, bad, column[bad], got[output]?.[bad]]).toEqual([output, -1, undefined, undefined])
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe.each(indicatorNames)('%s', (name) => {
  test('prices and volumes in units of a power of two give the same values in those units, to the last bit', () => {
    fc.assert(
      fc.property(
        paramsOf(name),
        market,
        fc.constantFrom(0.25, 8, 1024),
        fc.constantFrom(0.5, 64),
        (params, bars, p, v) => {
          const before = compute(name, params, bars)
          const after = compute(
            name,
            params,
            changed(
              bars,
              (x) => x * p,
              (x) => x * v,
            ),
          )
          for (const [output, column] of Object.entries(before)) {
            const unit = unitOf(name, output, p, v)
            if (unit === null) continue
            expect([output, after[output]]).toStrictEqual([output, column.map((value) => value && value * unit)])
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a market that is higher by a constant has levels that are higher by it, and the same distances', () => {
    fc.assert(
      fc.property(paramsOf(name), market, fc.constantFrom(64, 4096), (params, bars, shift) => {
        const before = compute(name, params, bars)
        const after = compute(
          name,
          params,
          changed(
            bars,
            (x) => x + shift,
            (x) => x,
          ),
        )
        for (const [output, column] of Object.entries(before)) {
          const { whenHigher } = laws(name, output)
          if (whenHigher === 'changes') continue
          const by = whenHigher === 'level' ? shift : 0
          const bad = column.findIndex(
            (value, i) => !near(after[output]?.[i], value === null ? null : value + by, 1e-6),
          )
          expect([output, bad, column[bad], after[output]?.[bad]]).toEqual([output, -1, undefined, undefined])
        }
      }),
      { numRuns: 40 },
    )
  })
})

test('windows forget: what has left one leaves no trace, however large it was', () => {
  const forgetful = [
    'sma',
    'wma',
    'trima',
    'vwma',
    'stddev',
    'var',
    'linreg',
    'correl',
    'cmf',
    'vwap_roll',
    'zscore',
    'vortex',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...forgetful), fc.integer({ min: 3, max: 9 }), market, (name, n, bars) => {
      const params = checkRequest(name, [n])
      if (!params.isValid) throw new Error(params.message)
      const spike = { open: 1e15, high: 2e15, low: 1e14, close: 1e15, volume: 1e12, session: 0 }
      const fresh = compute(name, params.params, bars)
      const after = compute(name, params.params, [...new Array(n).fill(spike), ...bars])
      for (const [output, column] of Object.entries(fresh)) {
        const scale = Math.max(1, ...column.map((value) => Math.abs(value ?? 0)))
        const bad = column.findIndex((value, i) => i > n && !near(after[output]?.[i + n], value, 1e-9 * scale))
        expect([output, bad, column[bad]]).toEqual([output, -1, undefined])
      }
    }),
    { numRuns: 400 },
  )
})

test('prices that are large beside their moves lose no digits: deviations at 1e9 are those at 0', () => {
  const isSame = (moves: readonly number[], period: number) => {
    const at = (origin: number) => moves.map((move) => flat(origin + move))
    for (const [name, output] of [
      ['stddev', 'value'],
      ['var', 'value'],
      ['zscore', 'value'],
    ] as const) {
      const [near, far] = [0, 1e9].map((origin) => compute(name, [period], at(origin))[output])
      near?.forEach((value, i) => {
        const got = far?.[i] ?? null
        if (value === null || got === null) expect(got, `${name} ${i}`).toBe(value)
        else expect(Math.abs(got - value), `${name} ${i}`).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, Math.abs(value)))
      })
    }
  }
  const moves = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 80 })
  fc.assert(fc.property(moves, fc.integer({ min: 2, max: 20 }), isSame), { numRuns: 200 })
})

// Moves of 0.01 as doubles have them at 1e9: their differences are exact.
test.each([
  ['linreg', 'slope'],
  ['zscore', 'value'],
  ['cci', 'value'],
] as const)('%s %s at 1e9 +- 0.01 is that of the same moves at 0', (name, output) => {
  const isSame = (cents: readonly number[], period: number) => {
    const prices = cents.map((cent) => 1e9 + cent / 100)
    const [far, near] = [0, 1e9].map(
      (origin) =>
        compute(
          name,
          [period],
          prices.map((price) => flat(price - origin)),
        )[output],
    )
    near?.forEach((value, i) => {
      const got = far?.[i] ?? null
      if (value === null || got === null) expect(got).toBe(value)
      else expect(Math.abs(got - value), `${i}`).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)))
    })
  }
  const cents = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 80 })
  fc.assert(fc.property(cents, fc.integer({ min: 2, max: 20 }), isSame), { numRuns: 200 })
})

test('what no double can hold is undefined, never infinite', () => {
  const bars = [1e200, -1e200, 3e200, 2e200].map(flat)
  for (const name of ['var', 'stddev', 'bollinger', 'zscore'])
    for (const column of Object.values(compute(name, name === 'bollinger' ? [2, 2, 2] : [2], bars)))
      for (const value of column) expect(value === null || Number.isFinite(value)).toBe(true)
})

const flat = (price: number): BarValues => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 1,
  session: 0,
})
