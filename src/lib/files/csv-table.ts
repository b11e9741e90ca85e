import { csvCells } from '#lib/files/csv-cells.ts'
import { fileLines } from '#lib/files/file-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** A CSV file with a header row: cells by row and column; `line` is where a row stands in the file. */
export type CsvTable = {
  readonly file: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[]
}

/** Reads a CSV file (RFC 4180, LF or CRLF, may be gzip); `-` is stdin. Throws a UserError with file and line. */
export function readCsvTable(file: string): CsvTable {
  let columns: string[] | null = null
  const rows: { line: number; cells: string[] }[] = []
  let line = 0
  let emptyLine: number | null = null
  for (const text of fileLines(file)) {
    line++
    if (text.trim() === '') {
      emptyLine ??= line
      continue
    }
    // Of one column an empty line is a cell without a value; at the end of the file it is nothing.
    if (emptyLine !== null && columns?.length === 1 && rows.length > 0)
      throw new UserError('an empty line between rows', { file, line: emptyLine })
    emptyLine = null
    const cells = csvCells(text, ',')
    if (columns === null) {
      columns = cells.map((cell) => cell.trim())
      const twice = columns.find((name, i) => columns?.indexOf(name) !== i)
      if (twice !== undefined) throw new UserError(`the column ${twice} is there twice`, { file, line })
    } else if (cells.length === columns.length) rows.push({ line, cells })
    else throw new UserError(`${cells.length} cells, expected the ${columns.length} of the header`, { file, line })
  }
  if (columns === null) throw new UserError('is empty, expected a header row', { file })
  return { file, columns, rows }
}

/** A table as CSV text; a cell that needs quotes gets them. */
export const csvText = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, ...rows].map((cells) => `${cells.map(quotedCell).join(',')}\n`).join('')

const quotedCell = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
