import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import { csvCells } from '#lib/files/csv-cells.ts'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import { readZipEntry, zipEntries } from '#lib/files/zip-archive.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Interval } from '#schemas/primitives.ts'
import { csvLayout, type NamedColumns } from './csv/csv-columns.ts'
import { type BarWidth, cellUnder, csvReader } from './csv/csv-reader.ts'
import { csvClock } from './csv/csv-time.ts'
import type { ImportPlan, Listed } from './import-plan.ts'
import { LineFault } from './line-fault.ts'
import type { MarketSource } from './market-source.ts'
import { quoteCurrencyOf } from './quote-currency.ts'
import { readLines } from './read-lines.ts'
import { sourceFiles } from './source-files.ts'

export type CsvOptions = {
  readonly instrument: string
  readonly kind?: Listed['kind']
  readonly columns?: NamedColumns
  /** Of bars; without it a file of bars is refused. */
  readonly interval?: string
  readonly timeFormat?: string
  readonly timeIs?: 'start' | 'end'
  readonly zone?: string
  /** Found from the first line where it is not said. */
  readonly delimiter?: string
}

/** CSV files (plain, gzip, or the only file of a zip) of bars, trades or quotes of one instrument. */
export function planCsvImport(named: readonly string[], options: CsvOptions): ImportPlan {
  const files = sourceFiles(named, ['.csv', '.csv.gz', '.txt', '.txt.gz', '.zip'])
  const { instrument, kind = 'spot' } = options
  const listed: Listed = { instrument, kind, currency: quoteCurrencyOf(instrument) }
  return {
    files,
    sources: files.map(({ path }) => csvSource(path, options)),
    listed: new Map([[instrument, listed]]),
    notes: [],
  }
}

function csvSource(file: string, options: CsvOptions): MarketSource {
  const first = firstLines(file)
  const delimiter = options.delimiter ?? delimiterOf(first[0] ?? '')
  const layout = csvLayout(file, csvCells(first[0] ?? '', delimiter), options.columns ?? {})
  const firstRow = first[layout.hasHeader ? 1 : 0]
  const firstTime = firstRow === undefined ? '0' : (cellUnder(layout, 'time')(csvCells(firstRow, delimiter)) ?? '0')
  const interval = layout.kind === 'bar' ? widthOf(file, options.interval) : null
  const newReader = () =>
    csvReader({
      layout,
      delimiter,
      // Its own for every pass: it remembers the time of the row before.
      clock: csvClock(options.timeFormat ?? 'auto', options.zone ?? 'UTC', firstTime),
      instrument: options.instrument,
      interval,
      timeIs: options.timeIs ?? 'start',
    })
  return {
    file,
    notBefore: firstRow === undefined ? 0 : firstAt(newReader(), first),
    facts: (report) => readLines(file, chunksOf(file), newReader(), report),
  }
}

/** When the first row is; 0, the earliest there is, where that cannot be told. */
function firstAt(read: ReturnType<typeof csvReader>, lines: readonly string[]): number {
  try {
    return lines.map(read).find((fact) => fact !== null)?.at ?? 0
  } catch (error) {
    if (error instanceof LineFault) return 0
    throw error
  }
}

function firstLines(file: string): string[] {
  const lines: string[] = []
  try {
    for (const line of textLines(chunksOf(file))) {
      if (line.trim() !== '') lines.push(line)
      if (lines.length === 2) break
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (lines.length === 0) throw new UserError('is empty', { file })
  return lines
}

/** The bytes of a file, of a zip those of its only file. */
export function chunksOf(file: string): Iterable<Uint8Array> {
  if (!file.toLowerCase().endsWith('.zip')) return readChunks(file)
  const [entry, ...more] = zipEntries(file)
  if (entry === undefined || more.length > 0)
    throw new UserError(`holds ${more.length + (entry ? 1 : 0)} files, expected one`, { file })
  return readZipEntry(file, entry)
}

/** Of comma, semicolon, tab and bar the one that the line has most of. */
function delimiterOf(line: string): string {
  const counts = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).delimiter
}

function widthOf(file: string, text: string | undefined): BarWidth {
  if (text === undefined)
    throw new UserError('holds bars: how wide are they?', { file, hint: 'say it with --interval, like 1m, 1h or 1d' })
  const width = Interval.safeParse(text).success ? parseBarInterval(text) : null
  if (width?.kind !== 'time')
    throw new UserError(`not a bar width of time: ${text}`, { hint: '--interval takes one like 1m, 1h or 1d' })
  return text.endsWith('d') ? { text, days: Number(text.slice(0, -1)) } : { text, micros: width.widthUs }
}
