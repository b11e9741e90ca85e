import { UserError } from '#lib/terminal/user-error.ts'
import { decimalText } from '../decimal-text.ts'

export const csvRoles = [
  'time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'price',
  'size',
  'aggressor',
  'bid',
  'bidSize',
  'ask',
  'askSize',
] as const
export type CsvRole = (typeof csvRoles)[number]
/** By role: a name of the header or a number from 1; several joined by `+` are read with a space between. */
export type NamedColumns = Readonly<Partial<Record<CsvRole, string>>>

/** Where each role stands, from 0; what a line holds follows from which are there. */
export type CsvLayout = {
  readonly kind: 'bar' | 'trade' | 'quote'
  readonly columns: Readonly<Partial<Record<CsvRole, readonly number[]>>>
  readonly hasHeader: boolean
}

/** Works the layout out from the first line. Roles without a flag are found by their usual names; without a header as Binance's klines. */
export function csvLayout(file: string, firstCells: readonly string[], named: NamedColumns): CsvLayout {
  const header = firstCells.map((cell) => cell.trim().toLowerCase())
  const hasHeader = firstCells.every((cell) => decimalText(cell) === null)
  const isUnnamed = csvRoles.every((role) => named[role] === undefined)
  if (!hasHeader && isUnnamed) {
    if (firstCells.length < 5)
      throw new UserError('has no header, and its columns are not named', { file, line: 1, hint: columnHint })
    return { kind: 'bar', columns: klines, hasHeader }
  }
  const columns: Partial<Record<CsvRole, readonly number[]>> = {}
  for (const role of csvRoles) {
    const found =
      named[role] === undefined
        ? hasHeader
          ? usualColumn(role, header)
          : null
        : named[role].split('+').map((column) => columnOf(file, column, role, header, hasHeader))
    if (found !== null) columns[role] = found
  }
  return { kind: kindOf(file, columns, named), columns, hasHeader }
}

const columnHint =
  'name them with --time --open --high --low --close --volume, or --price --size, by header or by number from 1'

/** Open time, open, high, low, close, volume: https://github.com/binance/binance-public-data */
const klines = { time: [0], open: [1], high: [2], low: [3], close: [4], volume: [5] }

const usualNames: Readonly<Record<CsvRole, readonly string[]>> = {
  time: ['time', 'timestamp', 'datetime', 'date', 'open_time', 'open time', 'opentime', 'unix'],
  open: ['open', 'o', 'open_price'],
  high: ['high', 'h', 'high_price'],
  low: ['low', 'l', 'low_price'],
  close: ['close', 'c', 'close_price', 'close/last'],
  volume: ['volume', 'vol', 'v'],
  price: ['price', 'p'],
  size: ['size', 'qty', 'quantity', 'amount'],
  aggressor: ['side', 'aggressor', 'taker_side', 'is_buyer_maker'],
  bid: ['bid', 'bid_price'],
  bidSize: ['bidsize', 'bid_size', 'bid_qty', 'bidqty'],
  ask: ['ask', 'ask_price'],
  askSize: ['asksize', 'ask_size', 'ask_qty', 'askqty'],
}

function usualColumn(role: CsvRole, header: readonly string[]): readonly number[] | null {
  const day = header.indexOf('date')
  const hour = header.indexOf('time')
  if (role === 'time' && day >= 0 && hour >= 0) return [day, hour]
  const name = usualNames[role].find((usual) => header.includes(usual))
  return name === undefined ? null : [header.indexOf(name)]
}

function columnOf(file: string, column: string, role: CsvRole, header: readonly string[], hasHeader: boolean): number {
  const wanted = column.trim().toLowerCase()
  const byName = hasHeader ? header.indexOf(wanted) : -1
  if (byName >= 0) return byName
  const number = Number(wanted)
  if (/^\d+$/.test(wanted) && number >= 1 && number <= header.length) return number - 1
  const hint = hasHeader ? `its columns are: ${header.join(', ')}` : `it has no header and ${header.length} columns`
  throw new UserError(`has no column "${column}" for --${flagOf(role)}`, { file, line: 1, hint })
}

/** `bidSize` is the flag `--bid-size`. */
export const flagOf = (role: CsvRole): string => role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function kindOf(file: string, columns: CsvLayout['columns'], named: NamedColumns): CsvLayout['kind'] {
  const has = (roles: readonly CsvRole[]) => roles.every((role) => columns[role] !== undefined)
  const isNamed = (role: CsvRole) => named[role] !== undefined
  const misses = (roles: readonly CsvRole[]) =>
    roles.filter((role) => columns[role] === undefined).map((role) => `--${flagOf(role)}`)
  if (columns.time === undefined) throw new UserError('has no column for the time', { file, line: 1, hint: columnHint })
  if (has(['price']) && (isNamed('price') || !has(['open']))) {
    if (has(['size'])) return 'trade'
    throw new UserError('has prices of trades but no sizes', { file, line: 1, hint: 'name the column with --size' })
  }
  if ((isNamed('bid') || isNamed('ask') || !has(['open'])) && (has(['bid']) || has(['ask']))) return 'quote'
  const missing = misses(['open', 'high', 'low', 'close'])
  if (missing.length > 0)
    throw new UserError(`has no column for ${missing.join(', ')}`, { file, line: 1, hint: columnHint })
  return 'bar'
}
