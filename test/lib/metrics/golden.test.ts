import { afterAll, expect, test } from 'vitest'
import { equityMetrics, type Metrics } from '#lib/metrics/equity-metrics.ts'
import { tradeMetrics } from '#lib/metrics/trade-metrics.ts'
import { describeShared, readSharedCsv, readSharedJson } from '#test/shared.ts'

type Case = {
  name: string
  kind: 'equity_curve' | 'trades'
  rtol: number
  atol: number
  file: string
  periods_per_year: number
  risk_free_per_period: number
  mar_per_period: number
  expected: Record<string, number | null>
}

const tally: { case: string; kind: string; values: number; failures: number }[] = []
afterAll(() => console.table(tally))

const metricsOf = (one: Case): Metrics => {
  if (one.kind === 'trades') return tradeMetrics(readSharedJson<number[]>(`golden/metrics/${one.file}`))
  const rows = readSharedCsv(`golden/metrics/${one.file}`)
  return equityMetrics({
    equity: rows.map(({ equity }) => Number(equity)),
    timesMs: rows.map(({ time = '' }) => Date.parse(time)),
    periodsPerYear: one.periods_per_year,
    riskFreePerPeriod: one.risk_free_per_period,
    marPerPeriod: one.mar_per_period,
  })
}

describeShared('golden metrics', () => {
  test('[E1]-[E6] [T1]-[T3] every value of every curve and trade list', () => {
    for (const one of readSharedJson<Case[]>('golden/metrics/expected.json')) {
      const got = metricsOf(one)
      const failures = Object.entries(one.expected).filter(([key, wanted]) => {
        const value = got[key]
        if (wanted === null || value === null || value === undefined) return value !== wanted
        return Math.abs(value - wanted) > Math.max(one.atol, one.rtol * Math.abs(wanted))
      })
      tally.push({
        case: one.name,
        kind: one.kind,
        values: Object.keys(one.expected).length,
        failures: failures.length,
      })
      expect({ name: one.name, failures: failures.map(([key, wanted]) => [key, wanted, got[key]]) }).toEqual({
        name: one.name,
        failures: [],
      })
    }
    expect(tally.length).toBe(15)
  })
})
