import { newYorkCloseMs, newYorkMs } from '#lib/chain/new-york-close.ts'
import { csvCells } from '#lib/files/csv-cells.ts'
import { priceIn, quantityIn, quoted, shortest } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { type ChainRow, type ChainSnapshot, indexOf, optionListed, realDay, said } from './chain-row.ts'

const wanted = [
  'underlying',
  'underlying_last',
  'optionroot',
  'type',
  'expiration',
  'quotedate',
  'strike',
  'bid',
  'ask',
]

/** Is it the header of an end-of-day file of chains? */
export const isEndOfDay = (header: string): boolean => wanted.every((name) => csvCells(header, ',').includes(name))

/**
 * The chains of an end-of-day file: one of each underlying and day, at the close of New York. A bid or ask of zero is an absent side; sizes are
 * not told. Options of a root without W or P at its end (SPX) that are on an index end with the open of their day.
 */
export function endOfDayChains(
  lines: Iterable<string>,
  onBadLine: (line: number, message: string) => void,
): ChainSnapshot[] {
  const chains = new Map<string, { at: number; underlying: string; underlyingPrice: string | null; rows: ChainRow[] }>()
  let columns: ReadonlyMap<string, number> | null = null
  let number = 0
  for (const line of lines) {
    number++
    if (line.trim() === '') continue
    const cells = csvCells(line, ',')
    if (columns === null) {
      columns = new Map(cells.map((name, i) => [name, i]))
      continue
    }
    try {
      const places = columns
      if (cells.length !== places.size) throw new LineFault(`${cells.length} cells, expected ${places.size}`)
      const cell = (name: string) => cells[places.get(name) ?? -1] ?? ''
      const day = isoDay(cell('quotedate'), 'quotedate')
      const at = closeOf(day)
      const { row, underlying, underlyingPrice } = rowOf(cell, at)
      const key = `${day} ${underlying}`
      const chain = chains.get(key) ?? { at, underlying, underlyingPrice, rows: [] }
      chain.rows.push(row)
      chains.set(key, chain)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      onBadLine(number, error.message)
    }
  }
  return [...chains.values()]
}

/** Of a day that is asked for again and again. */
function closeOf(day: string): number {
  const known = closes.get(day)
  if (known !== undefined) return known
  if (closes.size > 10_000) closes.clear()
  const close = newYorkCloseMs(day) * 1000
  closes.set(day, close)
  return close
}

const closes = new Map<string, number>()

function rowOf(cell: (name: string) => string, at: number) {
  const optionRoot = cell('optionroot')
  const root = /^([A-Z]{1,6})\d{6}[CP]\d{8}$/.exec(optionRoot)?.[1]
  if (root === undefined)
    throw new LineFault(`optionroot is ${quoted(optionRoot)}, expected one like SPXW190426C00800000`)
  const right = cell('type')
  if (right !== 'call' && right !== 'put') throw new LineFault(`type is ${quoted(right)}, expected call or put`)
  const expiry = isoDay(cell('expiration'), 'expiration')
  const underlying = `${indexOf[root] ?? root}.USA`
  const endsInTheMorning = root === 'SPX' || root === 'NDX' || root === 'RUT' || root === 'VIX'
  const expiresMs = endsInTheMorning ? newYorkMs(expiry, (9 * 60 + 30) * 60_000) : closeOf(expiry) / 1000
  const listed = optionListed({
    ...{ root, underlying, venue: 'USA', expiry, right, currency: 'USD', multiplier: '100' },
    strike: shortest(priceIn(cell('strike'), 'strike')),
    expiresAt: expiresMs * 1000,
  })
  const underlyingPrice = priceIn(cell('underlying_last'), 'underlying_last')
  const tick = said({
    instrument: listed.instrument,
    bid: sideIn(cell('bid'), 'bid'),
    bidSize: null,
    ask: sideIn(cell('ask'), 'ask'),
    askSize: null,
    last: Number(cell('last')) === 0 ? undefined : priceIn(cell('last'), 'last'),
    underlyingPrice,
    impliedVolatility: statisticIn(cell('impliedvol'), 'impliedvol'),
    delta: statisticIn(cell('delta'), 'delta'),
    gamma: statisticIn(cell('gamma'), 'gamma'),
    theta: statisticIn(cell('theta'), 'theta'),
    vega: statisticIn(cell('vega'), 'vega'),
    openInterest: quantityIn(cell('openinterest'), 'openinterest'),
    volume: quantityIn(cell('volume'), 'volume'),
    exchangeAt: at,
  })
  return { row: { listed, tick }, underlying, underlyingPrice }
}

function sideIn(cell: string, name: string): string | null {
  const price = priceIn(cell, name)
  if (price.startsWith('-')) throw new LineFault(`${name} is ${quoted(cell)}, expected a price that is not negative`)
  return Number(price) === 0 ? null : price
}

/** A double of a cell; undefined where it is empty. */
export function statisticIn(cell: string, name: string): number | undefined {
  if (cell === '') return undefined
  const number = Number(cell)
  if (Number.isFinite(number)) return number
  throw new LineFault(`${name} is ${quoted(cell)}, expected a number`)
}

/** `04/26/2019` or `2019-04-26`. */
function isoDay(cell: string, name: string): string {
  const [, month, day, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(cell) ?? []
  const iso = month === undefined ? cell : `${year}-${month}-${day}`
  return realDay(iso, cell, name, '04/26/2019')
}
