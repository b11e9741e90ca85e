import { type CsvTable, readCsvTable } from '#lib/files/csv-table.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'
import { cellAt, columnIn, neededColumn, numberAt } from './table-cells.ts'

/** The bars of a CSV: columns open, high, low, close, volume, and session or time, each if it is there. */
export type Series = { readonly bars: readonly BarValues[]; readonly times: readonly string[] | null }

const timeNames = ['time', 'date', 'datetime', 'timestamp']

/** Prices that have no column are those of the close, and the close those of the high; volume is then 0. Throws a UserError with file and line. */
export function readSeries(file: string): Series {
  const table = readCsvTable(file)
  const close = neededColumn(table, 'close', 'adj close', 'price', 'value', 'high')
  const [open, high, low] = ['open', 'high', 'low'].map((name) => {
    const column = columnIn(table, name)
    return column < 0 ? close : column
  }) as [number, number, number]
  const volume = columnIn(table, 'volume', 'size')
  const sessions = sessionsOf(table)
  const bars = table.rows.map(
    (_, row): BarValues => ({
      open: numberAt(table, row, open),
      high: numberAt(table, row, high),
      low: numberAt(table, row, low),
      close: numberAt(table, row, close),
      volume: volume < 0 || cellAt(table, row, volume) === '' ? 0 : numberAt(table, row, volume),
      session: sessions[row] as number,
    }),
  )
  const time = columnIn(table, ...timeNames)
  return { bars, times: time < 0 ? null : table.rows.map((_, row) => cellAt(table, row, time)) }
}

/** Sessions counted from 0: a new one where the column `session` changes, or else the day of the time. */
function sessionsOf(table: CsvTable): number[] {
  const session = columnIn(table, 'session')
  const time = columnIn(table, ...timeNames)
  const dayOf = (text: string): string => text.match(/^\d{4}-?\d{2}-?\d{2}(?!\d)/)?.[0] ?? ''
  const wordAt = (row: number): string => {
    if (session >= 0) return cellAt(table, row, session)
    return time < 0 ? '' : dayOf(cellAt(table, row, time))
  }
  let count = 0
  return table.rows.map((_, row) => {
    if (row > 0 && wordAt(row) !== wordAt(row - 1)) count++
    return count
  })
}
