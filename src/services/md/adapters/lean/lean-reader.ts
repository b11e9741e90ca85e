import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { checkBar } from '../bar-check.ts'
import { aboveZero, middleOf, quantityIn } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { LineReader } from '../read-lines.ts'
import { intervalOf, type LeanClock } from './lean-clock.ts'
import type { LeanPath } from './lean-path.ts'
import { priceReader } from './lean-price.ts'
import { quoteTickReader } from './quote-ticks.ts'

export type Side = 'bid' | 'ask' | 'mid'
export type LeanReading = {
  readonly path: LeanPath
  readonly clock: LeanClock
  readonly instrument: string
  /** Which price of a quote bar becomes the bar. */
  readonly side: Side
  readonly keepsSuspicious: boolean
  /** Is told of each row that is left out because its source calls it suspicious. */
  readonly onSuspicious: () => void
  /** Is told of each quote bar that lacks the side that is asked for. */
  readonly onAbsentSide: () => void
}

/** Reads the rows of one LEAN entry: trade bars, quote bars, trade ticks or quote ticks, by its place. */
export function leanReader(reading: LeanReading): LineReader {
  const { path } = reading
  const read = isTick(path)
    ? path.content === 'trade'
      ? tradeTick(reading)
      : quoteTickReader(reading)
    : barReader(reading)
  return (line) => read(line.split(','))
}

const isTick = ({ resolution }: LeanPath): boolean => resolution === 'tick'
const isOption = ({ type }: LeanPath): boolean => type === 'option' || type === 'indexoption' || type === 'futureoption'

type CellReader = (cells: string[]) => MarketFact | null

function barReader(reading: LeanReading): CellReader {
  if (reading.path.content === 'trade') return tradeBar(reading)
  return isOption(reading.path) ? optionQuoteBar(reading) : quoteBar(reading)
}

/** time,open,high,low,close,volume */
function tradeBar({ path, clock, instrument }: LeanReading): CellReader {
  const price = priceReader(path)
  const interval = intervalOf[path.resolution as keyof typeof intervalOf]
  return (cells) => {
    expectCells(cells, 6)
    const start = clock.startOf(cells[0] as string)
    const end = clock.endOf(cells[0] as string, start)
    const payload = checkBar({
      instrument,
      interval,
      start,
      end,
      open: price(cells[1], 'open'),
      high: price(cells[2], 'high'),
      low: price(cells[3], 'low'),
      close: price(cells[4], 'close'),
      volume: quantityIn(cells[5], 'volume'),
    })
    return { at: end, topic: 'md.bar', payload }
  }
}

/** time, open, high, low, close and last size of the bid, the same of the ask. Without the side that is asked for there is no bar. */
function quoteBar({ path, clock, instrument, side, onAbsentSide }: LeanReading): CellReader {
  const price = priceReader(path)
  const interval = intervalOf[path.resolution as keyof typeof intervalOf]
  return (cells) => {
    expectCells(cells, 11)
    const hasBid = cells[1] !== ''
    const hasAsk = cells[6] !== ''
    if ((side !== 'ask' && !hasBid) || (side !== 'bid' && !hasAsk)) {
      onAbsentSide()
      return null
    }
    const start = clock.startOf(cells[0] as string)
    const end = clock.endOf(cells[0] as string, start)
    const of = (n: number, name: string): string => {
      if (side === 'bid') return price(cells[n], `bid ${name}`)
      if (side === 'ask') return price(cells[n + 5], `ask ${name}`)
      return middleOf(price(cells[n], `bid ${name}`), price(cells[n + 5], `ask ${name}`))
    }
    const prices = { open: of(1, 'open'), high: of(2, 'high'), low: of(3, 'low'), close: of(4, 'close') }
    return { at: end, topic: 'md.bar', payload: checkBar({ instrument, interval, start, end, ...prices, volume: '0' }) }
  }
}

/** The quote that stands when the bar ends; an empty price or one of zero is a side that is absent. */
function optionQuoteBar({ path, clock, instrument }: LeanReading): CellReader {
  const price = priceReader(path)
  return (cells) => {
    expectCells(cells, 11)
    const start = clock.startOf(cells[0] as string)
    const hasBid = cells[4] !== '' && cells[4] !== '0'
    const hasAsk = cells[9] !== '' && cells[9] !== '0'
    const payload: PayloadOf<'md.option.tick'> = {
      instrument,
      bid: hasBid ? price(cells[4], 'bid close') : null,
      bidSize: hasBid ? quantityIn(cells[5], 'bid size') : null,
      ask: hasAsk ? price(cells[9], 'ask close') : null,
      askSize: hasAsk ? quantityIn(cells[10], 'ask size') : null,
    }
    return { at: clock.endOf(cells[0] as string, start), topic: 'md.option.tick', payload }
  }
}

/** Equity and future: time,price,size,exchange,condition,suspicious. Crypto: time,price,size. */
function tradeTick({ path, clock, instrument, keepsSuspicious, onSuspicious }: LeanReading): CellReader {
  const price = priceReader(path)
  return (cells) => {
    if (cells.length < 3) throw new LineFault(`${cells.length} cells, expected at least 3`)
    const at = clock.startOf(cells[0] as string)
    const payload: PayloadOf<'md.tick'> = {
      kind: 'trade',
      instrument,
      price: price(cells[1], 'price'),
      size: aboveZero(quantityIn(cells[2], 'size'), 'size'),
    }
    if (cells.length >= 6 && cells[5] === '1' && !keepsSuspicious) {
      onSuspicious()
      return null
    }
    return { at, topic: 'md.tick', payload }
  }
}

function expectCells(cells: readonly string[], count: number): void {
  if (cells.length !== count) throw new LineFault(`${cells.length} cells, expected ${count}`)
}
