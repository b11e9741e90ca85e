import { stripVTControlCharacters, styleText } from 'node:util'
import Table from 'cli-table3'
import { hasColor } from '#lib/terminal/color.ts'

export type Column = { readonly head: string; readonly align?: 'left' | 'right' }
export type TableOptions = {
  readonly stream?: { readonly isTTY?: boolean; readonly columns?: number }
  readonly env?: NodeJS.ProcessEnv
}

/** Rows as text: as wide as a terminal, with rules and a bold head, and elsewhere plain columns, two spaces apart, for `awk` and diffs. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  { stream = process.stdout, env = process.env }: TableOptions = {},
): string {
  const isTerminal = stream.isTTY === true
  const bold = (text: string) => (hasColor(stream, env) ? styleText('bold', text, { validateStream: false }) : text)
  const cells = rows.map((row) => row.map(String))
  const table = new Table({
    head: columns.map(({ head }) => bold(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], compact: true, ...(isTerminal ? {} : { 'padding-left': 0, 'padding-right': 2 }) },
    chars: isTerminal ? {} : withoutRules,
    ...(isTerminal && stream.columns ? fitting(columns, cells, stream.columns) : {}),
  })
  table.push(...cells)
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** A rule and two spaces to each column, and the last rule. */
const rulesOf = (columns: readonly Column[]): number => 3 * columns.length + 1
/** Words go on in the next line of a cell where the terminal is too narrow; numbers, ids and whatever has no space stay whole, and so does all where that is not enough. */
function fitting(columns: readonly Column[], cells: readonly (readonly string[])[], width: number) {
  const texts = columns.map(({ head }, i) => [head, ...cells.map((row) => row[i] ?? '')])
  const widths = texts.map((all) => Math.max(...all.map(widthOf)))
  const leasts = texts.map((all) => Math.max(...all.flatMap((text) => text.split(' ')).map(widthOf)))
  let over = widths.reduce((sum, one) => sum + one, rulesOf(columns)) - width
  if (over <= 0) return {}
  for (; over > 0; over--) {
    const room = (i: number) => (columns[i]?.align === 'right' ? 0 : (widths[i] as number) - (leasts[i] as number))
    const widest = [...columns.keys()]
      .filter((i) => room(i) > 0)
      .sort((a, b) => (widths[b] as number) - (widths[a] as number))[0]
    if (widest === undefined) return {}
    widths[widest] = (widths[widest] as number) - 1
  }
  return { colWidths: widths.map((one) => one + 2), wordWrap: true }
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length

const withoutRules = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    ...['mid', 'left', 'right'].map((joint) => [`${side}-${joint}`, '']),
  ]),
])
