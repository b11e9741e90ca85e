import { expect, test } from 'vitest'
import { indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { describeShared, readSharedCsv, readSharedJson } from '#test/shared.ts'
import { barsOfColumns, barsOfRows, type Cell, type Columns, cell, columnOf, startTally } from './golden.ts'

type Case = { series: string; indicator: string; params: Record<string, number | string>; output: string }
type Column = Case & { column: string; file: string; first_index: number; scale: number; rtol: number }
type Edge = Case & { expected: Cell[]; tol_abs: number }

const tally = startTally()

const values = new Map<string, Record<string, string>[]>()
const valuesOf = (file: string): Record<string, string>[] => {
  const known = values.get(file) ?? readSharedCsv(`golden/indicators/${file}`)
  values.set(file, known)
  return known
}

describeShared('golden values of every indicator', () => {
  test('every row of every column of the manifest is within its rtol', () => {
    const { cases } = readSharedJson<{ cases: Column[] }>('golden/indicators/manifest.json')
    const misses: string[] = []
    for (const one of cases) {
      const got = columnOf(one, barsOfRows(valuesOf(`series/${one.series}.csv`)))
      valuesOf(one.file).forEach((expected, i) => {
        const want = cell(expected[one.column])
        const tolerance = one.rtol * Math.max(Math.abs(want ?? 0), one.scale)
        if (!tally.compare(`manifest ${one.indicator}`, want, got[i], tolerance))
          misses.push(`${one.series} ${one.column} ${i}: ${got[i]}, not ${want}`)
      })
      tally.closeSet(`manifest ${one.indicator}`)
    }
    expect(misses.slice(0, 20)).toEqual([])
  })

  test('every edge case is within its tol_abs: constant, monotone, no volume, one bar, 13 bars', () => {
    const { series, cases } = readSharedJson<{ series: Record<string, Columns>; cases: Edge[] }>(
      'golden/indicators/edge_cases.json',
    )
    const misses: string[] = []
    for (const one of cases) {
      const got = columnOf(one, barsOfColumns(series[one.series] as Columns))
      one.expected.forEach((want, i) => {
        if (!tally.compare('edge cases', want, got[i], one.tol_abs))
          misses.push(`${one.series} ${one.indicator} ${one.output} ${i}: ${got[i]}, not ${want}`)
      })
      tally.closeSet('edge cases')
    }
    expect(misses.slice(0, 20)).toEqual([])
  })

  test("TA-Lib's own regression tables", () => {
    type Check = Omit<Case, 'params'> & { params: (number | string)[]; index: number; expected: number; tol: number }
    const { series, params_order, checks } = readSharedJson<{
      series: Record<string, Columns>
      params_order: Record<string, string[]>
      checks: Check[]
    }>('golden/external/talib_regtest.json')
    const misses: string[] = []
    for (const check of checks) {
      const names = params_order[check.indicator] as string[]
      const params = Object.fromEntries(names.map((name, i) => [name, check.params[i] as number]))
      const output = check.output || 'value'
      const got = columnOf({ ...check, params, output }, barsOfColumns(series[check.series] as Columns))
      if (!tally.compare('TA-Lib tables', check.expected, got[check.index], check.tol))
        misses.push(`${check.indicator}(${check.params}) ${check.index}: ${got[check.index]}, not ${check.expected}`)
      tally.closeSet('TA-Lib tables')
    }
    expect(misses).toEqual([])
  })

  test('the values that LEAN ships', () => {
    type Shipped = Omit<Case, 'series'> & {
      file: string
      column: string
      compare_from_index: number
      scale: number
      tolerance_rel_to_scale: number
    }
    const misses: string[] = []
    for (const shipped of readSharedJson<Shipped[]>('golden/external/lean/manifest.json')) {
      const expected = readSharedCsv(`golden/external/lean/${shipped.file}`)
      const got = columnOf(shipped, barsOfRows(expected))
      for (let i = shipped.compare_from_index; i < got.length; i++) {
        const want = cell((expected[i] as Record<string, string>)[shipped.column])
        if (want === null) continue
        const tolerance = shipped.tolerance_rel_to_scale * Math.max(Math.abs(want), shipped.scale)
        if (!tally.compare('LEAN', want, got[i], tolerance))
          misses.push(`${shipped.column} ${i}: ${got[i]}, not ${want}`)
      }
      tally.closeSet('LEAN')
    }
    expect(misses.slice(0, 20)).toEqual([])
  })

  test('every indicator was compared with every suite that has it, and no row failed', () => {
    console.table(Object.fromEntries(tally.counts))
    expect([...tally.counts.values()].every(({ rows, failures }) => rows > 0 && failures === 0)).toBe(true)
    expect(tally.counts.size).toBe(indicatorNames.length + 3)
  })
})
