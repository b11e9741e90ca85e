import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { describeShared, ifShared, sharedDir } from '#test/shared.ts'
import { type Quote, readQuotes, seriesOf } from './stock-indicators-series.ts'
import { comparisons, notHere } from './stock-indicators-table.ts'

/**
 * The results that the library Stock.Indicators froze: every file is either compared here, exactly or beyond the bars where its
 * convention differs (`because`), or named as an indicator that is not in the catalogue.
 */
const folder = join(sharedDir, 'data', 'oracles', 'indicators-stock-indicators')
const results = (name: string): Record<string, number | null | undefined>[] =>
  JSON.parse(gunzipSync(readFileSync(join(folder, 'results', `${name}.standard.json.gz`))).toString())

describeShared('the frozen results of Stock.Indicators', () => {
  const [bars, other] = ['default', 'compare'].map((name) =>
    ifShared(() => readQuotes(join(folder, 'quotes', `${name}.csv.gz`)), []),
  ) as [Quote[], Quote[]]

  test('every file is compared or named as not in the catalogue, and none twice', () => {
    const files = readdirSync(join(folder, 'results'))
    const named = [...new Set(comparisons.map(({ file }) => file)), ...Object.keys(notHere)]
    const names = new Set(files.map((file) => file.slice(0, file.indexOf('.'))))
    expect(named.sort()).toEqual([...names].sort())
    expect(files).toHaveLength(87)
  })

  test('every field agrees within 1e-12 of its scale, from the first bar or from where the conventions meet', () => {
    const misses: string[] = []
    const table: Record<string, { rows: number; from: number; failures: number; because: string }> = {}
    for (const { file, field, ours, from = 0, except = 0, because = '', tolerance = 1e-12 } of comparisons) {
      const expected = results(file).map((row) => row[field] ?? null)
      const got = seriesOf(ours, bars, other)
      const scale = Math.max(...expected.map((value) => Math.abs(value ?? 0)))
      let [rows, failures] = [0, 0]
      expected.forEach((want, i) => {
        if (i < from) return
        rows++
        const value = got[i] ?? null
        const isGood = want === null || value === null ? want === value : Math.abs(value - want) <= tolerance * scale
        if (!isGood) failures++
        if (!isGood && failures > except) misses.push(`${file} ${field} ${i}: ${value}, not ${want}`)
      })
      table[`${file}.${field}`] = { rows, from, failures, because }
      if (failures !== except) misses.push(`${file} ${field}: ${failures} rows differ, ${except} are explained`)
      if (from > 0 || except > 0) expect([file, field, because]).not.toEqual([file, field, ''])
    }
    console.table(table)
    console.table(notHere)
    expect(misses.slice(0, 20)).toEqual([])
  })
})
