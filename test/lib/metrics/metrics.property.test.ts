import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equityMetrics } from '#lib/metrics/equity-metrics.ts'
import { sumOf } from '#lib/metrics/sample.ts'
import { tradeMetrics } from '#lib/metrics/trade-metrics.ts'

const curve = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 })
const measure = (equity: readonly number[]) =>
  equityMetrics({
    equity,
    timesMs: equity.map((_, i) => i * 86_400_000),
    periodsPerYear: 365,
    riskFreePerPeriod: 0,
    marPerPeriod: 0,
  })

describe('metrics', () => {
  test('[E1]-[E6] no value is NaN or infinite, whatever the curve', () => {
    fc.assert(
      fc.property(curve, (equity) => {
        for (const [name, value] of Object.entries(measure(equity)))
          expect({ name, isSound: value === null || Number.isFinite(value) }).toEqual({ name, isSound: true })
      }),
    )
  })

  test('[E4] the drawdown is that of a plain double loop, and scaling the curve changes no ratio', () => {
    fc.assert(
      fc.property(curve, (equity) => {
        const got = measure(equity)
        let deepest = 0
        for (let i = 0; i < equity.length; i++)
          for (let k = i; k < equity.length; k++)
            deepest = Math.min(deepest, (equity[k] as number) / (equity[i] as number) - 1)
        expect(got.max_drawdown).toBeCloseTo(deepest, 12)
        const doubled = measure(equity.map((value) => value * 2))
        expect({ ...doubled, max_drawdown_amount: null }).toEqual({ ...got, max_drawdown_amount: null })
      }),
    )
  })

  test('[E7] [T1] what cannot be measured is refused by name', () => {
    expect(() => measure([1])).toThrow('an equity curve of 1 points')
    expect(() => measure([0, 1])).toThrow('equity begins at 0')
    expect(() => measure([1, Number.NaN])).toThrow('not a finite number')
    expect(() => tradeMetrics([1, Number.POSITIVE_INFINITY])).toThrow('Infinity')
  })

  test('[E8] beta and alpha of twice the benchmark and a bit', () => {
    const benchmark = [100, 101, 99, 103, 104, 102]
    const equity = [50]
    benchmark.slice(1).forEach((level, i) => {
      const other = level / (benchmark[i] as number) - 1
      equity.push((equity[i] as number) * (1 + 2 * other + 0.001))
    })
    const timesMs = equity.map((_, i) => i * 86_400_000)
    const rates = { periodsPerYear: 252, riskFreePerPeriod: 0, marPerPeriod: 0 }
    const { beta, alpha_annual_simple, correlation } = equityMetrics({ equity, timesMs, benchmark, ...rates })
    expect(beta).toBeCloseTo(2, 10)
    expect(alpha_annual_simple).toBeCloseTo(0.252, 10)
    expect(correlation).toBeCloseTo(1, 10)
    expect(() => equityMetrics({ equity, timesMs, benchmark: [1], ...rates })).toThrow(
      'a benchmark of 1 points beside 6',
    )
  })

  test('sums do not lose what a plain loop loses', () => {
    expect(sumOf([1, 1e100, 1, -1e100])).toBe(2)
    expect(sumOf(Array.from({ length: 10 }, () => 0.1))).toBe(1)
  })
})
