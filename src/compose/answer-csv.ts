import { csvText, readCsvTable } from '#lib/files/csv-table.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

export type CsvForm = {
  /** The columns that are answered; what the table says under them is never read. */
  readonly answers: (columns: readonly string[]) => readonly string[]
  /** Throws a RangeError where a row cannot be computed. */
  readonly answer: (
    columns: readonly string[],
    cell: (column: string) => string | undefined,
  ) => Readonly<Record<string, number>>
  readonly say: (line: string) => void
}

export type CsvAnswers = { readonly in: string; readonly out: string; readonly rows: number; readonly failed: number }

/** Writes the table again with its answers filled in, missing columns at the end; `null`, and the reason as talk, where a row cannot be computed. */
export function answerCsv(from: string, to: string, { answers, answer, say }: CsvForm): CsvAnswers {
  const { columns, rows } = readCsvTable(from)
  const answered = answers(columns)
  const inputs = columns.filter((column) => !answered.includes(column))
  const all = [...columns, ...answered.filter((column) => !columns.includes(column))]
  const progress = startProgress({ label: 'compute', unit: 'rows', total: rows.length })
  let failed = 0
  const lines = rows.map(({ line, cells }, n) => {
    const given = new Map(columns.map((column, i) => [column, cells[i] as string]))
    let values: Readonly<Record<string, number>> | null = null
    try {
      values = answer(columns, (column) => (inputs.includes(column) ? given.get(column) : undefined))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      failed++
      say(userErrorLine(new UserError(error.message, { file: from, line })))
    }
    progress.update(n + 1)
    return all.map((column) => {
      if (!answered.includes(column)) return given.get(column) ?? ''
      return values === null ? 'null' : String(values[column] ?? null)
    })
  })
  progress.finish()
  writeWholeFile(to, csvText(all, lines))
  return { in: from, out: to, rows: rows.length, failed }
}
