import { styleText } from 'node:util'
import Table from 'cli-table3'
import { hasColor } from '#lib/terminal/color.ts'

export type Column = { readonly head: string; readonly align?: 'left' | 'right' }
export type TableOptions = { readonly stream?: { isTTY?: boolean }; readonly env?: NodeJS.ProcessEnv }

/** Rows as text: with rules and a bold head on a terminal, and elsewhere plain columns, two spaces apart, for `awk` and diffs. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  { stream = process.stdout, env = process.env }: TableOptions = {},
): string {
  const isTerminal = stream.isTTY === true
  const bold = (text: string) => (hasColor(stream, env) ? styleText('bold', text, { validateStream: false }) : text)
  const table = new Table({
    head: columns.map(({ head }) => bold(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], compact: true, ...(isTerminal ? {} : { 'padding-left': 0, 'padding-right': 2 }) },
    chars: isTerminal ? {} : withoutRules,
  })
  table.push(...rows.map((row) => row.map(String)))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const withoutRules = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    ...['mid', 'left', 'right'].map((joint) => [`${side}-${joint}`, '']),
  ]),
])
