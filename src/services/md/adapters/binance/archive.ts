import { csvCells } from '#lib/files/csv-cells.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { checkBar } from '../bar-check.ts'
import { aboveZero, priceIn, quantityIn, quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { LineReader } from '../read-lines.ts'

/** What the name of a file of https://data.binance.vision says: `BTCUSDT-1m-2025-01.zip`, `BTCUSD_PERP-aggTrades-2024-08-08.csv`. */
export type ArchiveFile = {
  readonly symbol: string
  readonly kind: ArchiveKind
  readonly interval: string
  /** The month or the day that it is of. */
  readonly period: string
}
export type ArchiveKind = 'klines' | 'trades' | 'aggTrades' | 'bookTicker' | 'fundingRate'

/** Null where the name says nothing of the kind. */
export function archiveFile(name: string): ArchiveFile | null {
  const [, symbol, what = '', period = ''] =
    /^([A-Z0-9]{2,32}(?:_[A-Z0-9]{1,8})?)-([A-Za-z0-9]+)-(\d{4}-\d{2}(?:-\d{2})?)\.(?:zip|csv|csv\.gz)$/.exec(name) ??
    []
  if (symbol === undefined) return null
  const kind = (['trades', 'aggTrades', 'bookTicker', 'fundingRate'] as const).find((one) => one === what)
  if (kind !== undefined) return { symbol, kind, interval: '', period }
  if (what === '1w') return { symbol, kind: 'klines', interval: '7d', period }
  return /^[1-9]\d?[smhd]$/.test(what) ? { symbol, kind: 'klines', interval: what, period } : null
}

/** Reads the lines of such a file: spot files have no header, those of futures have one. Times are milliseconds or, on the spot market since 2025, microseconds. */
export function archiveReader({ kind, interval }: ArchiveFile, instrument: string): LineReader {
  const read = readers[kind]
  let isFirst = true
  return (line) => {
    const cells = csvCells(line, ',')
    if (isFirst && /^[a-z_ ]+$/i.test(cells[0] ?? '')) {
      isFirst = false
      return null
    }
    isFirst = false
    return read(cells, instrument, interval)
  }
}

type CellsReader = (cells: readonly string[], instrument: string, interval: string) => MarketFact

const readers: { readonly [K in ArchiveKind]: CellsReader } = {
  /** Open time, open, high, low, close, volume, close time, quote volume, trades, … */
  klines(cells, instrument, interval) {
    const [startCell = '', open, high, low, close, volume, endCell = '', , trades] = cells
    const start = microsOf(startCell, 'open time')
    // The close time is the last unit of the bar.
    const end = microsOf(endCell, 'close time') + unitOf(endCell)
    if (end <= start) throw new LineFault(`a bar from ${quoted(startCell)} to ${quoted(endCell)}`)
    const payload = checkBar({
      instrument,
      interval,
      start,
      end,
      open: aboveZero(priceIn(open, 'open'), 'open'),
      high: aboveZero(priceIn(high, 'high'), 'high'),
      low: aboveZero(priceIn(low, 'low'), 'low'),
      close: aboveZero(priceIn(close, 'close'), 'close'),
      volume: quantityIn(volume, 'volume'),
      trades: wholeIn(trades, 'count'),
    })
    return { at: end, topic: 'md.bar', payload }
  },
  /** Id, price, quantity, quote quantity, time, is buyer maker. */
  trades: ([id, price, size, , time, isBuyerMaker], instrument) =>
    tradeOf({ id, price, size, time, isBuyerMaker }, instrument),
  /** Id, price, quantity, first and last trade, time, is buyer maker. */
  aggTrades: ([id, price, size, , , time, isBuyerMaker], instrument) =>
    tradeOf({ id, price, size, time, isBuyerMaker }, instrument),
  /** Update id, best bid and its quantity, best ask and its quantity, transaction time, event time. */
  bookTicker([id, bid, bidSize, ask, askSize, time = ''], instrument) {
    const at = microsOf(time, 'transaction time')
    const side = (price: string | undefined, size: string | undefined, name: string) =>
      Number(size) === 0
        ? ([null, null] as const)
        : ([aboveZero(priceIn(price, name), name), quantityIn(size, `${name} size`)] as const)
    const [bidPrice, bidQuantity] = side(bid, bidSize, 'bid')
    const [askPrice, askQuantity] = side(ask, askSize, 'ask')
    const quote = { bid: bidPrice, bidSize: bidQuantity, ask: askPrice, askSize: askQuantity }
    const sequence = wholeIn(id, 'update id')
    return { at, topic: 'md.tick', payload: { kind: 'quote', instrument, ...quote, exchangeAt: at, sequence } }
  },
  /** Time, hours of the period, rate: what was paid at that time. */
  fundingRate([time = '', , rate], instrument) {
    const at = microsOf(time, 'calc time')
    const payload = { instrument, rate: priceIn(rate, 'rate'), nextFundingAt: at, exchangeAt: at }
    return { at, topic: 'md.funding', payload }
  },
}

type TradeCells = Readonly<Record<'id' | 'price' | 'size' | 'time' | 'isBuyerMaker', string | undefined>>

function tradeOf({ id, price, size, time = '', isBuyerMaker }: TradeCells, instrument: string): MarketFact {
  const maker = isBuyerMaker?.toLowerCase()
  if (maker !== 'true' && maker !== 'false')
    throw new LineFault(`is buyer maker is ${quoted(isBuyerMaker)}, expected true or false`)
  const at = microsOf(time, 'time')
  const sequence = wholeIn(id, 'id')
  const terms = {
    price: aboveZero(priceIn(price, 'price'), 'price'),
    size: aboveZero(quantityIn(size, 'quantity'), 'quantity'),
  }
  const aggressor = maker === 'true' ? 'sell' : 'buy'
  const payload = {
    kind: 'trade',
    instrument,
    ...terms,
    aggressor,
    tradeId: String(sequence),
    exchangeAt: at,
    sequence,
  }
  return { at, topic: 'md.tick', payload } as MarketFact
}

/** A count of 13 digits is milliseconds, one of 16 microseconds. */
const unitOf = (cell: string): 1 | 1000 => (cell.length === 16 ? 1 : 1000)

function microsOf(cell: string, name: string): number {
  if (!/^(\d{13}|\d{16})$/.test(cell))
    throw new LineFault(`${name} is ${quoted(cell)}, expected milliseconds or microseconds since 1970`)
  return Number(cell) * unitOf(cell)
}

function wholeIn(cell: string | undefined, name: string): number {
  if (cell === undefined || !/^\d{1,15}$/.test(cell))
    throw new LineFault(`${name} is ${quoted(cell)}, expected a whole number`)
  return Number(cell)
}
