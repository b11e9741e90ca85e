import { isZero } from '#lib/book/order-book.ts'
import { csvCells } from '#lib/files/csv-cells.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { checkBar } from '../bar-check.ts'
import { aboveZero, priceIn, quantityIn, quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { LineReader } from '../read-lines.ts'
import type { CsvLayout, CsvRole } from './csv-columns.ts'
import type { CsvClock } from './csv-time.ts'

export type CsvReading = {
  readonly layout: CsvLayout
  readonly delimiter: string
  readonly clock: CsvClock
  readonly instrument: string
  /** Of bars: their width, and whether the time column says when they start or when they end. */
  readonly interval: BarWidth | null
  readonly timeIs: 'start' | 'end'
}

export type BarWidth =
  | { readonly text: string; readonly days: number }
  | { readonly text: string; readonly micros: number }

/** Reads the lines of a CSV below its header: bars, trades or quotes. */
export function csvReader(reading: CsvReading): LineReader {
  const { layout, delimiter } = reading
  const width = 1 + Math.max(...Object.values(layout.columns).flat())
  const read = layout.kind === 'bar' ? barIn(reading) : layout.kind === 'trade' ? tradeIn(reading) : quoteIn(reading)
  let isHeader = layout.hasHeader
  return (line) => {
    if (isHeader) {
      isHeader = false
      return null
    }
    const cells = csvCells(line, delimiter)
    if (cells.length < width) throw new LineFault(`${cells.length} cells, expected at least ${width}`)
    return read(cells)
  }
}

type CellReader = (cells: readonly string[]) => ReturnType<LineReader>

/** The text under a role: cells joined by a space; undefined where the file has no such column. */
export function cellUnder(layout: CsvLayout, role: CsvRole): (cells: readonly string[]) => string | undefined {
  const columns = layout.columns[role]
  if (columns === undefined) return () => undefined
  const [only = 0] = columns
  return columns.length === 1 ? (cells) => cells[only] : (cells) => columns.map((column) => cells[column]).join(' ')
}

function barIn({ layout, clock, instrument, interval, timeIs }: CsvReading): CellReader {
  if (interval === null) throw new Error('bars have a width')
  const [time, open, high, low, close, volume] = (['time', 'open', 'high', 'low', 'close', 'volume'] as const).map(
    (role) => cellUnder(layout, role),
  ) as [Cell, Cell, Cell, Cell, Cell, Cell]
  const far = (cell: string, at: number, count: 1 | -1) =>
    'days' in interval ? clock.daysLater(cell, count * interval.days) : at + count * interval.micros
  return (cells) => {
    const cell = time(cells) as string
    const at = clock.at(cell)
    const start = timeIs === 'start' ? at : far(cell, at, -1)
    const end = timeIs === 'start' ? far(cell, at, 1) : at
    if (start < 0) throw new LineFault(`time is ${quoted(cell)}: the bar would start before 1970`)
    const payload = checkBar({
      instrument,
      interval: interval.text,
      start,
      end,
      open: aboveZero(priceIn(open(cells), 'open'), 'open'),
      high: aboveZero(priceIn(high(cells), 'high'), 'high'),
      low: aboveZero(priceIn(low(cells), 'low'), 'low'),
      close: aboveZero(priceIn(close(cells), 'close'), 'close'),
      volume: layout.columns.volume === undefined ? '0' : quantityIn(volume(cells), 'volume'),
    })
    return { at: end, topic: 'md.bar', payload }
  }
}

type Cell = (cells: readonly string[]) => string | undefined

function tradeIn({ layout, clock, instrument }: CsvReading): CellReader {
  const [time, price, size, aggressor] = (['time', 'price', 'size', 'aggressor'] as const).map((role) =>
    cellUnder(layout, role),
  ) as [Cell, Cell, Cell, Cell]
  return (cells) => {
    const side = aggressorIn(aggressor(cells))
    const trade = {
      kind: 'trade' as const,
      instrument,
      price: aboveZero(priceIn(price(cells), 'price'), 'price'),
      size: aboveZero(quantityIn(size(cells), 'size'), 'size'),
    }
    const payload: PayloadOf<'md.tick'> = side === null ? trade : { ...trade, aggressor: side }
    return { at: clock.at(time(cells) as string), topic: 'md.tick', payload }
  }
}

/** `true` is Binance's "is buyer maker": then the seller came to the buyer. Other words than these say nothing. */
function aggressorIn(cell: string | undefined): 'buy' | 'sell' | null {
  const word = cell?.trim().toLowerCase()
  if (word === 'buy' || word === 'b' || word === 'false') return 'buy'
  if (word === 'sell' || word === 's' || word === 'true') return 'sell'
  return null
}

/** An empty price, or a size of zero, is a side that is absent; a size that is not told is null. */
function quoteIn({ layout, clock, instrument }: CsvReading): CellReader {
  const [time, bid, bidSize, ask, askSize] = (['time', 'bid', 'bidSize', 'ask', 'askSize'] as const).map((role) =>
    cellUnder(layout, role),
  ) as [Cell, Cell, Cell, Cell, Cell]
  const sideOf = (price: string | undefined, size: string | undefined, name: string): Side => {
    if (isEmpty(price)) return [null, null]
    const quantity = isEmpty(size) ? null : quantityIn(size, `${name} size`)
    return quantity !== null && isZero(quantity) ? [null, null] : [aboveZero(priceIn(price, name), name), quantity]
  }
  return (cells) => {
    const [bidPrice, bidQuantity] = sideOf(bid(cells), bidSize(cells), 'bid')
    const [askPrice, askQuantity] = sideOf(ask(cells), askSize(cells), 'ask')
    const sides = { bid: bidPrice, bidSize: bidQuantity, ask: askPrice, askSize: askQuantity }
    const payload: PayloadOf<'md.tick'> = { kind: 'quote', instrument, ...sides }
    return { at: clock.at(time(cells) as string), topic: 'md.tick', payload }
  }
}

type Side = readonly [price: string | null, size: string | null]

const isEmpty = (cell: string | undefined): boolean => cell === undefined || cell.trim() === ''
