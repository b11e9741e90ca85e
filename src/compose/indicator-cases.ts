import { z } from 'zod'
import { type CsvTable, readCsvTable } from '#lib/files/csv-table.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import type { CheckedRequest } from '#lib/indicators/check-request.ts'
import { type Computed, computeSeries } from '#lib/indicators/compute-series.ts'
import { readConvention } from '#lib/indicators/convention-names.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { findNamed, placeIn, readManifest } from './read-manifest.ts'
import { seriesOf } from './series-file.ts'

/** Columns to compute, each of a series, in the words of TA-Lib; columns of one file are written side by side. */
const Manifest = z.looseObject({
  series: z.record(z.string(), z.looseObject({ file: z.string().optional() })).optional(),
  cases: z.array(
    z.looseObject({
      series: z.string(),
      column: z.string(),
      file: z.string(),
      indicator: z.string(),
      params: z.record(z.string(), z.union([z.number(), z.string()])).nullish(),
      output: z.string().nullish(),
    }),
  ),
})
type Case = z.infer<typeof Manifest>['cases'][number]
type Column = { readonly name: string; readonly values: readonly (number | null)[] | null }

export type IndicatorCases = { readonly cases: number; readonly failed: number; readonly files: readonly string[] }
export type CaseTalk = { readonly say: (line: string) => void; readonly update: (done: number) => void }

/**
 * Writes every file that a manifest names: a row for each bar, a column for each case, empty where a value is undefined. A case that
 * cannot be computed is an empty column, and its reason is said.
 */
export function computeCases(manifest: string, seriesFolder: string, to: string, talk: CaseTalk): IndicatorCases {
  const { series: known = {}, cases } = readManifest(manifest, Manifest)
  const read = remember((name: string) => readCsvTable(findNamed(seriesFolder, known[name]?.file ?? `${name}.csv`)))
  const compute = computeOnce()
  const files = new Map<string, { series: string; columns: Column[] }>()
  let failed = 0
  cases.forEach((one, i) => {
    const file = files.get(one.file) ?? { series: one.series, columns: [] }
    files.set(one.file, file)
    try {
      if (file.series !== one.series) throw new UserError(`${one.file} has columns of ${file.series} already`)
      file.columns.push({ name: one.column, values: columnOf(one, read(one.series), compute) })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failed++
      file.columns.push({ name: one.column, values: null })
      talk.say(`${one.series} ${one.column}: ${userErrorLine(error).replace(/^trader: /, '')}`)
    }
    talk.update(i + 1)
  })
  for (const [name, { series, columns }] of files) {
    const rows = columns.some(({ values }) => values !== null) ? read(series).rows.length : 0
    writeWholeFile(placeIn(to, name), csvOf(columns, rows))
  }
  return { cases: cases.length, failed, files: [...files.keys()] }
}

function columnOf(one: Case, table: CsvTable, compute: ReturnType<typeof computeOnce>): Column['values'] {
  const request = readConvention({ indicator: one.indicator, params: one.params ?? {}, output: one.output ?? 'value' })
  if (!request.isValid) throw new UserError(request.message)
  return compute(request, table)[request.output] ?? null
}

/** The outputs of an indicator follow each other in a manifest: the newest computation is kept. */
function computeOnce(): (request: CheckedRequest, table: CsvTable) => Computed {
  let newest: { key: string; table: CsvTable; computed: Computed } | null = null
  return ({ key, indicator, params }, table) => {
    if (newest?.key !== key || newest.table !== table)
      newest = { key, table, computed: computeSeries(indicator, params, seriesOf(table, indicator.reads).bars) }
    return newest.computed
  }
}

/** Numbers in their shortest form that reads back to the same double. */
function csvOf(columns: readonly Column[], rows: number): string {
  const lines = [`i,${columns.map(({ name }) => name).join(',')}`]
  for (let i = 0; i < rows; i++) lines.push(`${i},${columns.map(({ values }) => values?.[i] ?? '').join(',')}`)
  return `${lines.join('\n')}\n`
}

function remember<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>()
  return (key) => {
    const value = made.get(key) ?? make(key)
    made.set(key, value)
    return value
  }
}
