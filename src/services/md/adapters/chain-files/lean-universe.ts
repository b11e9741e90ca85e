import { newYorkMs } from '#lib/chain/new-york-close.ts'
import { csvCells } from '#lib/files/csv-cells.ts'
import { priceIn, quantityIn, quoted, shortest } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { type ChainRow, type ChainSnapshot, indexOf, optionListed, realDay, said } from './chain-row.ts'
import { statisticIn } from './end-of-day.ts'

const columns =
  '#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho'

/** Is it the header of a universe of LEAN? */
export const isUniverse = (header: string): boolean => header.trim() === columns

/**
 * The chain of a file `universes/<underlying>/<YYYYMMDD>.csv`: what LEAN knows of it when that day begins in New York, from the session before. It has
 * no quotes: both sides are absent, and `last` is the close. The row without an expiry is the underlying. Throws a LineFault on another file name.
 */
export function universeChain(
  lines: Iterable<string>,
  file: string,
  onBadLine: (line: number, message: string) => void,
): ChainSnapshot {
  const [, ticker = '', day = ''] = /([a-z0-9.]{1,10})[\\/](\d{8})\.csv(?:\.gz)?$/i.exec(file) ?? []
  if (day === '') throw new LineFault('a universe of LEAN lies in a folder of its underlying: goog/20151224.csv')
  const root = ticker.toUpperCase()
  const underlying = `${indexOf[root] ?? root}.USA`
  let underlyingPrice: string | null = null
  const rows: ChainRow[] = []
  let number = 0
  for (const line of lines) {
    number++
    if (line.trim() === '' || line.startsWith('#')) continue
    try {
      const cells = csvCells(line, ',')
      if (cells.length !== 15) throw new LineFault(`${cells.length} cells, expected 15`)
      if (cells[0] === '') underlyingPrice = shortest(priceIn(cells[6], 'close'))
      else rows.push(rowOf(cells, root, underlying))
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      onBadLine(number, error.message)
    }
  }
  return { at: newYorkMs(isoDay(day, 'the day of the file'), 0) * 1000, underlying, underlyingPrice, rows }
}

function rowOf(cells: readonly string[], root: string, underlying: string): ChainRow {
  const [expiry = '', strike, right, , , , close, volume, openInterest, volatility = '', ...greeks] = cells
  const [delta = '', gamma = '', vega = '', theta = '', rho = ''] = greeks
  if (right !== 'C' && right !== 'P') throw new LineFault(`right is ${quoted(right)}, expected C or P`)
  const listed = optionListed({
    ...{ root, underlying, venue: 'USA', currency: 'USD', multiplier: '100' },
    expiry: isoDay(expiry, 'expiry'),
    strike: shortest(priceIn(strike, 'strike')),
    right: right === 'C' ? 'call' : 'put',
  })
  const last = quantityIn(close, 'close')
  const tick = said({
    ...{ instrument: listed.instrument, bid: null, bidSize: null, ask: null, askSize: null },
    last: Number(last) === 0 ? undefined : shortest(last),
    impliedVolatility: statisticIn(volatility, 'implied_volatility'),
    delta: statisticIn(delta, 'delta'),
    gamma: statisticIn(gamma, 'gamma'),
    vega: statisticIn(vega, 'vega'),
    theta: statisticIn(theta, 'theta'),
    rho: statisticIn(rho, 'rho'),
    openInterest: openInterest === '' ? undefined : quantityIn(openInterest, 'open_interest'),
    volume: volume === '' ? undefined : quantityIn(volume, 'volume'),
  })
  return { listed, tick }
}

/** `20151224` */
const isoDay = (cell: string, name: string): string =>
  realDay(cell.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'), cell, name, '20151224')
