import { join } from 'node:path'
import { z } from 'zod'
import { readCsvTable } from '#lib/files/csv-table.ts'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { type EquityCurve, equityMetrics, type Metrics } from '#lib/metrics/equity-metrics.ts'
import { tradeMetrics } from '#lib/metrics/trade-metrics.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

const Case = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('equity_curve'),
    file: z.string().min(1),
    periods_per_year: z.number().positive(),
    risk_free_per_period: z.number().default(0),
    mar_per_period: z.number().default(0),
  }),
  z.object({ kind: z.literal('trades'), file: z.string().min(1) }),
])

export type MetricsAnswers = { readonly cases: number; readonly failed: number }

/** Writes the array of cases again, each `expected` replaced by the metrics of its file; null, and the reason as talk, where there are none. */
export function answerMetrics(cases: string, dir: string, out: string, say: (line: string) => void): MetricsAnswers {
  const read = readJsonFile(cases)
  if (!Array.isArray(read)) throw new UserError('expected an array of cases', { file: cases })
  let failed = 0
  const answers = read.map((one: unknown, n) => {
    const parsed = Case.safeParse(one)
    try {
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        throw new UserError(`case ${n}: ${issue?.path.join('.')}: ${issue?.message}`, { file: cases })
      }
      return { ...(one as object), expected: metricsOf(join(dir, parsed.data.file), parsed.data) }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failed++
      say(userErrorLine(error))
      return typeof one === 'object' && one !== null ? { ...one, expected: null } : { expected: null }
    }
  })
  writeWholeFile(out, `${JSON.stringify(answers, null, 1)}\n`)
  return { cases: answers.length, failed }
}

function metricsOf(file: string, one: z.infer<typeof Case>): Metrics {
  try {
    if (one.kind === 'trades') return tradeMetrics(profitsIn(file))
    return equityMetrics({
      ...curveIn(file),
      periodsPerYear: one.periods_per_year,
      riskFreePerPeriod: one.risk_free_per_period,
      marPerPeriod: one.mar_per_period,
    })
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { file })
    throw error
  }
}

function profitsIn(file: string): number[] {
  const profits = z.array(z.number()).safeParse(readJsonFile(file))
  if (!profits.success) throw new UserError('expected an array of numbers, the profit of each trade', { file })
  return profits.data
}

function curveIn(file: string): Pick<EquityCurve, 'equity' | 'timesMs' | 'benchmark'> {
  const { columns, rows } = readCsvTable(file)
  const [time, equity, benchmark] = ['time', 'equity', 'benchmark'].map((name) => columns.indexOf(name)) as [
    number,
    number,
    number,
  ]
  if (time < 0 || equity < 0) throw new UserError('expected the columns time and equity', { file, line: 1 })
  const column = (at: number): number[] =>
    rows.map(({ line, cells }) => {
      const value = cells[at]?.trim() ? Number(cells[at]) : Number.NaN
      if (Number.isFinite(value)) return value
      throw new UserError(`${columns[at]} is ${cells[at]}, expected a number`, { file, line })
    })
  const timesMs = rows.map(({ line, cells }) => {
    const ms = Date.parse(cells[time]?.trim() ?? '')
    if (!Number.isNaN(ms)) return ms
    throw new UserError(`time is ${cells[time]}, expected one like 2024-01-31T00:00:00Z`, { file, line })
  })
  return { equity: column(equity), timesMs, ...(benchmark < 0 ? {} : { benchmark: column(benchmark) }) }
}
