import { expect, test } from 'vitest'
import type { BarValues } from '#lib/indicators/indicator.ts'
import { describeShared, readSharedCsv, readSharedJson } from '#test/shared.ts'
import { type Cell, compute, isOfTheseSeven, type Row } from './golden.ts'

type Column = {
  series: string
  column: string
  file: string
  indicator: string
  params: Record<string, number>
  output: string
  scale: number
  rtol: number
}
type Edge = {
  series: string
  indicator: string
  params: Record<string, number>
  output: string
  expected: Cell[]
  tol_abs: number
}
type Columns = { high: number[]; low: number[]; close?: number[] }

const tally = new Map<string, { sets: number; rows: number; failures: number }>()

/** Counts a row, and a failure when an empty cell is not empty or a number is further away than `tolerance`. */
function compare(suite: string, expected: Cell, got: Cell | undefined, tolerance: number): boolean {
  const counts = tally.get(suite) ?? { sets: 0, rows: 0, failures: 0 }
  tally.set(suite, counts)
  counts.rows++
  const isGood = expected === null ? got === null : typeof got === 'number' && Math.abs(got - expected) <= tolerance
  if (!isGood) counts.failures++
  return isGood
}

function close(suite: string): void {
  const counts = tally.get(suite) as { sets: number; rows: number; failures: number }
  counts.sets++
}

const cell = (text: string | undefined): Cell => (text === undefined || text === '' ? null : Number(text))
const barsOfRows = (rows: readonly Record<string, string>[]): BarValues[] =>
  rows.map(({ high, low, close }) => ({ high: Number(high), low: Number(low), close: Number(close) }))
const barsOfColumns = ({ high, low, close: closes = high }: Columns): BarValues[] =>
  high.map((_, i) => ({ high: high[i] as number, low: low[i] as number, close: closes[i] as number }))

const values = new Map<string, Record<string, string>[]>()
const valuesOf = (file: string): Record<string, string>[] => {
  const known = values.get(file) ?? readSharedCsv(`golden/indicators/${file}`)
  values.set(file, known)
  return known
}

describeShared('golden values of sma, ema, rsi, atr, adx, macd, bollinger', () => {
  test('every row of every column of the manifest is within its rtol', () => {
    const { cases } = readSharedJson<{ cases: Column[] }>('golden/indicators/manifest.json')
    const misses: string[] = []
    for (const { series, column, file, indicator, params, output, scale, rtol } of cases) {
      if (!isOfTheseSeven(indicator)) continue
      const rows = compute(indicator, Object.values(params), barsOfRows(valuesOf(`series/${series}.csv`)))
      valuesOf(file).forEach((expected, i) => {
        const want = cell(expected[column])
        const tolerance = rtol * Math.max(Math.abs(want ?? 0), scale)
        if (!compare(`manifest ${indicator}`, want, (rows[i] as Row)[output], tolerance))
          misses.push(`${series} ${column} ${i}`)
      })
      close(`manifest ${indicator}`)
    }
    expect(misses).toEqual([])
  })

  test('every edge case is within its tol_abs: constant, monotone, no volume, one bar, 13 bars', () => {
    const { series, cases } = readSharedJson<{ series: Record<string, Columns>; cases: Edge[] }>(
      'golden/indicators/edge_cases.json',
    )
    const misses: string[] = []
    for (const { series: name, indicator, params, output, expected, tol_abs } of cases) {
      if (!isOfTheseSeven(indicator)) continue
      const rows = compute(indicator, Object.values(params), barsOfColumns(series[name] as Columns))
      expected.forEach((want, i) => {
        if (!compare('edge cases', want, (rows[i] as Row)[output], tol_abs))
          misses.push(`${name} ${indicator} ${output} ${i}`)
      })
      close('edge cases')
    }
    expect(misses).toEqual([])
  })

  test("TA-Lib's own regression tables", () => {
    type Check = {
      series: string
      indicator: string
      params: number[]
      output: string
      index: number
      expected: number
      tol: number
    }
    const { series, checks } = readSharedJson<{ series: Record<string, Columns>; checks: Check[] }>(
      'golden/external/talib_regtest.json',
    )
    const misses: Check[] = []
    for (const check of checks) {
      if (!isOfTheseSeven(check.indicator)) continue
      const rows = compute(
        check.indicator,
        talibOrder(check.indicator, check.params),
        barsOfColumns(series[check.series] as Columns),
      )
      const got = (rows[check.index] as Row)[check.output || 'value']
      if (!compare('TA-Lib tables', check.expected, got, check.tol)) misses.push(check)
      close('TA-Lib tables')
    }
    expect(misses).toEqual([])
  })

  test('the values that LEAN ships', () => {
    type Shipped = {
      file: string
      column: string
      indicator: string
      params: Record<string, number>
      output: string
      compare_from_index: number
      scale: number
      tolerance_rel_to_scale: number
    }
    const misses: string[] = []
    for (const shipped of readSharedJson<Shipped[]>('golden/external/lean/manifest.json')) {
      if (!isOfTheseSeven(shipped.indicator)) continue
      const expected = readSharedCsv(`golden/external/lean/${shipped.file}`)
      const rows = compute(shipped.indicator, Object.values(shipped.params), barsOfRows(expected))
      for (let i = shipped.compare_from_index; i < rows.length; i++) {
        const want = cell((expected[i] as Record<string, string>)[shipped.column])
        if (want === null) continue
        const tolerance = shipped.tolerance_rel_to_scale * Math.max(Math.abs(want), shipped.scale)
        if (!compare('LEAN', want, (rows[i] as Row)[shipped.output], tolerance)) misses.push(`${shipped.column} ${i}`)
      }
      close('LEAN')
    }
    expect(misses).toEqual([])
  })

  test('something was compared', () => {
    console.table(Object.fromEntries(tally))
    expect([...tally.values()].every(({ rows, failures }) => rows > 0 && failures === 0)).toBe(true)
    expect(tally.size).toBe(10)
  })
})

/** TA-Lib exchanges a fast period that is longer than the slow one; here this is refused as a slip. */
const talibOrder = (indicator: string, params: readonly number[]): readonly number[] =>
  indicator === 'MACD' ? [...params.slice(0, 2).sort((a, b) => a - b), ...params.slice(2)] : params
