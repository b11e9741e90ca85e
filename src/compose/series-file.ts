import type { CsvTable } from '#lib/files/csv-table.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'
import { cellAt, columnIn, faultAt, neededColumn, numberAt } from './table-cells.ts'

/** The bars of a CSV, which has a column for each of the fields that were asked for. */
export type Series = { readonly bars: readonly BarValues[]; readonly times: readonly string[] | null }

const timeNames = ['time', 'date', 'datetime', 'timestamp']
const namesOf = {
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close', 'adj close', 'price', 'value'],
  volume: ['volume', 'size', 'vol'],
} as const

/**
 * Bars of a table: those fields of them, which have to be there, and the session, by its column or the day of the time; no other field is looked at. Throws a
 * UserError with file and line.
 */
export function seriesOf(table: CsvTable, fields: readonly (keyof BarValues)[]): Series {
  const sessions = sessionsOf(table)
  const bars = sessions.map((session) => ({ open: 0, high: 0, low: 0, close: 0, volume: 0, session }))
  for (const field of fields) {
    if (field === 'session') continue
    const column = neededColumn(table, ...namesOf[field])
    bars.forEach((bar, row) => {
      // A bar without trades may leave its volume out.
      const isUntraded = field === 'volume' && cellAt(table, row, column) === ''
      bar[field] = isUntraded ? 0 : numberAt(table, row, column)
      if (field === 'volume' && bar.volume < 0) throw faultAt(table, row, column, 'a number that is not negative')
    })
  }
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
