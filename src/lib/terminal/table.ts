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
  // Spaces in front would not be counted where words go on in the next line.
  const cells = rows.map((row) => row.map((cell) => (isTerminal ? `${cell}`.trimStart() : `${cell}`)))
  const table = new Table({
    head: columns.map(({ head }) => bold(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], compact: true, ...(isTerminal ? {} : { 'padding-left': 0, 'padding-right': 2 }) },
    chars: isTerminal ? {} : withoutRules,
    ...(isTerminal && stream.columns ? fitting(columns, cells, stream.columns) : {}),
  })
  for (const row of cells) table.push(row)
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
  const widths = texts.map(widest)
  let over = widths.reduce((sum, one) => sum + one, rulesOf(columns)) - width
  if (over <= 0) return {}
  const leasts = texts.map((all) => widest(all.flatMap((text) => text.split(' '))))
  for (; over > 0; over--) {
    const room = (i: number) => (columns[i]?.align === 'right' ? 0 : (widths[i] as number) - (leasts[i] as number))
    const roomiest = [...columns.keys()]
      .filter((i) => room(i) > 0)
      .sort((a, b) => (widths[b] as number) - (widths[a] as number))[0]
    if (roomiest === undefined) return {}
    widths[roomiest] = (widths[roomiest] as number) - 1
  }
  return { colWidths: widths.map((one) => one + 2), wordWrap: true }
}

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
const widthOf = (text: string): number => stripVTControlCharacters(text).length

const withoutRules = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    ...['mid', 'left', 'right'].map((joint) => [`${side}-${joint}`, '']),
  ]),
])
