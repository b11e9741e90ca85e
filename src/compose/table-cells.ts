import type { CsvTable } from '#lib/files/csv-table.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { decimalText } from '#services/md/adapters/decimal-text.ts'

/** Where a column is, by the first of its names that the table has, in any case; -1 when it has none of them. */
export function columnIn({ columns }: CsvTable, ...names: readonly string[]): number {
  const there = columns.map((column) => column.toLowerCase())
  return there.indexOf(names.find((name) => there.includes(name)) ?? ' ')
}

/** As `columnIn`, for a column that has to be there. */
export function neededColumn(table: CsvTable, ...names: readonly string[]): number {
  const column = columnIn(table, ...names)
  if (column >= 0) return column
  const hint = `it has ${table.columns.join(', ')}`
  throw new UserError(`has no column ${names[0]}`, { file: table.file, line: 1, hint })
}

export const cellAt = ({ rows }: CsvTable, row: number, column: number): string =>
  rows[row]?.cells[column]?.trim() ?? ''

/** A finite double, never minus zero, which JSON does not keep. */
export function numberAt(table: CsvTable, row: number, column: number): number {
  const text = cellAt(table, row, column)
  const value = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value + 0
  throw faultAt(table, row, column, 'a number')
}

/** A number as exact decimal text. */
export function decimalAt(table: CsvTable, row: number, column: number): string {
  const text = decimalText(cellAt(table, row, column))
  if (text !== null) return text
  throw faultAt(table, row, column, 'a decimal number')
}

export function unsignedAt(table: CsvTable, row: number, column: number): string {
  const text = decimalAt(table, row, column)
  if (!text.startsWith('-')) return text
  throw faultAt(table, row, column, 'a number that is not negative')
}

/** What is wrong with a cell, as the one line that a user gets. */
export const faultAt = (table: CsvTable, row: number, column: number, expected: string): UserError =>
  new UserError(`${table.columns[column]} is ${JSON.stringify(cellAt(table, row, column))}, expected ${expected}`, {
    file: table.file,
    line: table.rows[row]?.line,
  })
