import type { PayloadOf } from '#schemas/catalogue.ts'
import { checkBar } from '../bar-check.ts'
import { aboveZero } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { Depth, Quote, Trade } from '../normalize/decoder.ts'
import {
  eachPriceOnce,
  type Frame,
  listOf,
  microsOfMs,
  numberPrice,
  numberQuantity,
  shown,
  text,
} from '../normalize/read-fields.ts'

// What ccxt tells, its numbers as text.

export function tradeOf(body: Frame, instrument: string): Trade {
  const { side } = body
  if (side !== undefined && side !== null && side !== 'buy' && side !== 'sell')
    throw new LineFault(`side is ${shown(side)}`)
  return {
    kind: 'trade',
    instrument,
    price: aboveZero(numberPrice(body.price, 'price'), 'price'),
    size: aboveZero(numberQuantity(body.amount, 'amount'), 'amount'),
    ...(side === 'buy' || side === 'sell' ? { aggressor: side } : {}),
    ...(isThere(body.id) ? { tradeId: text(body.id, 'id').slice(0, 64) } : {}),
    ...timeOf(body),
  }
}

/** The best prices of a ticker; many exchanges tell them without sizes. */
export function quoteOf(body: Frame, instrument: string): Quote {
  const [bid, bidSize] = sideOf(body, 'bid')
  const [ask, askSize] = sideOf(body, 'ask')
  return { kind: 'quote', instrument, bid, bidSize, ask, askSize, ...timeOf(body) }
}

export function optionTickOf(body: Frame, instrument: string): PayloadOf<'md.option.tick'> {
  const { kind: _, ...best } = quoteOf(body, instrument)
  return isThere(body.last) ? { ...best, last: numberQuantity(body.last, 'last') } : best
}

/** The rate that is paid next; null where the exchange has none yet. */
export function fundingOf(body: Frame, instrument: string): PayloadOf<'md.funding'> {
  const next = isThere(body.fundingTimestamp) ? body.fundingTimestamp : body.nextFundingTimestamp
  return {
    instrument,
    rate: isThere(body.fundingRate) ? numberPrice(body.fundingRate, 'fundingRate') : null,
    ...(isThere(body.markPrice) ? { markPrice: aboveZero(numberPrice(body.markPrice, 'markPrice'), 'markPrice') } : {}),
    ...(isThere(body.indexPrice)
      ? { indexPrice: aboveZero(numberPrice(body.indexPrice, 'indexPrice'), 'indexPrice') }
      : {}),
    ...(isThere(next) ? { nextFundingAt: microsOfMs(next, 'fundingTimestamp') } : {}),
    ...timeOf(body),
  }
}

/** The book as ccxt keeps it, whole. */
export function bookOf(body: Frame, instrument: string, sequence: number): Depth {
  return {
    kind: 'snapshot',
    instrument,
    bids: eachPriceOnce(levelsOf(body, 'bids'), 'bids'),
    asks: eachPriceOnce(levelsOf(body, 'asks'), 'asks'),
    firstSequence: sequence,
    lastSequence: sequence,
    ...timeOf(body),
  }
}

/** A candle `[start, open, high, low, close, volume]`. */
export function barOf(candle: unknown, instrument: string, interval: string, widthUs: number): PayloadOf<'md.bar'> {
  if (!Array.isArray(candle) || candle.length < 6) throw new LineFault(`a candle is ${shown(candle)}`)
  const start = microsOfMs(candle[0], 'start')
  return checkBar({
    instrument,
    interval,
    start,
    end: start + widthUs,
    open: aboveZero(numberPrice(candle[1], 'open'), 'open'),
    high: aboveZero(numberPrice(candle[2], 'high'), 'high'),
    low: aboveZero(numberPrice(candle[3], 'low'), 'low'),
    close: aboveZero(numberPrice(candle[4], 'close'), 'close'),
    volume: numberQuantity(candle[5], 'volume'),
  })
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

const timeOf = ({ timestamp }: Frame): { exchangeAt?: number } =>
  isThere(timestamp) ? { exchangeAt: microsOfMs(timestamp, 'timestamp') } : {}

function sideOf(body: Frame, side: 'bid' | 'ask'): [string, string | null] | [null, null] {
  const size = isThere(body[`${side}Volume`]) ? numberQuantity(body[`${side}Volume`], `${side}Volume`) : null
  if (!isThere(body[side]) || (size !== null && Number(size) === 0)) return [null, null]
  return [aboveZero(numberPrice(body[side], side), side), size]
}

function levelsOf(body: Frame, field: string): [string, string][] {
  return listOf(body, field).map((level: unknown): [string, string] => {
    if (!Array.isArray(level) || level.length < 2) throw new LineFault(`${field} has ${shown(level)}, expected a level`)
    const price = aboveZero(numberPrice(level[0], `${field}, price`), `${field}, price`)
    return [price, numberQuantity(level[1], `${field}, size`)]
  })
}
