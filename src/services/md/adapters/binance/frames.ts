import { isZero } from '#lib/book/order-book.ts'
import { PlainLevels } from '#lib/codec/plain-decimal.ts'
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
  objectOf,
  price,
  quantity,
  shown,
  text,
  truth,
  whole,
} from '../normalize/read-fields.ts'

/** `isOfMarket` false: what the exchange did by itself, which may have no price. */
export function tradeOf(body: Frame, instrument: string, isOfMarket: boolean): Trade & { readonly sequence: number } {
  const id = whole(body[body.e === 'aggTrade' ? 'a' : 't'], 'trade id')
  return {
    kind: 'trade',
    instrument,
    price: isOfMarket ? aboveZero(price(body.p, 'p'), 'p') : price(body.p, 'p'),
    size: isOfMarket ? aboveZero(quantity(body.q, 'q'), 'q') : quantity(body.q, 'q'),
    // m: the buyer was the maker, so the seller came to him.
    aggressor: truth(body.m, 'm') ? 'sell' : 'buy',
    tradeId: String(id),
    exchangeAt: microsOfMs(body.T, 'T'),
    sequence: id,
  }
}

export function quoteOf(body: Frame, instrument: string): Quote {
  const bidSize = quantity(body.B, 'B')
  const askSize = quantity(body.A, 'A')
  const bid = price(body.b, 'b')
  const ask = price(body.a, 'a')
  const sequence = whole(body.u, 'u')
  // An empty side of the book is a size of zero.
  const hasBid = !isZero(bidSize)
  const hasAsk = !isZero(askSize)
  const quote: Quote = {
    kind: 'quote',
    instrument,
    bid: hasBid ? aboveZero(bid, 'b') : null,
    bidSize: hasBid ? bidSize : null,
    ask: hasAsk ? aboveZero(ask, 'a') : null,
    askSize: hasAsk ? askSize : null,
    sequence,
  }
  if (body.T !== undefined) quote.exchangeAt = microsOfMs(body.T, 'T')
  return quote
}

export function deltaOf(body: Frame, instrument: string): Depth {
  const firstSequence = whole(body.U, 'U')
  const lastSequence = whole(body.u, 'u')
  if (firstSequence > lastSequence) throw new LineFault(`U ${firstSequence} is beyond u ${lastSequence}`)
  const bids = levelsOf(body, 'b')
  const asks = levelsOf(body, 'a')
  const exchangeAt = body.T === undefined ? microsOfMs(body.E, 'E') : microsOfMs(body.T, 'T')
  if (body.pu === undefined) return { kind: 'delta', instrument, bids, asks, firstSequence, lastSequence, exchangeAt }
  const previousSequence = whole(body.pu, 'pu')
  if (previousSequence > lastSequence) throw new LineFault(`pu ${previousSequence} is beyond u ${lastSequence}`)
  return { kind: 'delta', instrument, bids, asks, firstSequence, lastSequence, previousSequence, exchangeAt }
}

export function snapshotOf(body: Frame, instrument: string): Depth {
  const sequence = whole(body.lastUpdateId, 'lastUpdateId')
  return {
    kind: 'snapshot',
    instrument,
    bids: eachPriceOnce(levelsOf(body, 'bids'), 'bids'),
    asks: eachPriceOnce(levelsOf(body, 'asks'), 'asks'),
    firstSequence: sequence,
    lastSequence: sequence,
    ...(body.T === undefined ? {} : { exchangeAt: microsOfMs(body.T, 'T') }),
  }
}

/** A kline frame; null for a width that is no fixed time (a month). */
export function barOf(body: Frame, instrument: string): PayloadOf<'md.bar'> | null {
  const kline = objectOf(body, 'k')
  const width = text(kline.i, 'i')
  const interval = width === '1w' ? '7d' : width
  if (!/^[1-9]\d{0,3}[smhd]$/.test(interval)) return null
  const bar = checkBar({
    instrument,
    interval,
    start: microsOfMs(kline.t, 't'),
    end: microsOfMs(kline.T, 'T') + 1000,
    open: aboveZero(price(kline.o, 'o'), 'o'),
    high: aboveZero(price(kline.h, 'h'), 'h'),
    low: aboveZero(price(kline.l, 'l'), 'l'),
    close: aboveZero(price(kline.c, 'c'), 'c'),
    volume: quantity(kline.v, 'v'),
    trades: whole(kline.n, 'n'),
  })
  if (bar.end <= bar.start) throw new LineFault(`a bar from t ${kline.t} to T ${kline.T}`)
  return truth(kline.x, 'x') ? bar : { ...bar, isPartial: true }
}

/** A mark price with what is paid on it; dated contracts pay nothing. */
export function fundingOf(body: Frame, instrument: string): PayloadOf<'md.funding'> {
  const next = body.T === undefined ? 0 : whole(body.T, 'T')
  return {
    instrument,
    rate: body.r === undefined || body.r === '' ? null : price(body.r, 'r'),
    markPrice: aboveZero(price(body.p, 'p'), 'p'),
    ...(body.i === undefined ? {} : { indexPrice: aboveZero(price(body.i, 'i'), 'i') }),
    ...(next === 0 ? {} : { nextFundingAt: microsOfMs(next, 'T') }),
    exchangeAt: microsOfMs(body.E, 'E'),
  }
}

function levelsOf(body: Frame, field: string): Level[] {
  const plain = body[field]
  if (plain instanceof PlainLevels) return plain.levels
  const levels = listOf(body, field)
  const [priceField, sizeField] = fieldsOfLevels[field] as readonly [string, string]
  for (const level of levels) {
    if (!Array.isArray(level) || level.length < 2)
      throw new LineFault(`${field} has ${shown(level)}, expected a level of price and size`)
    aboveZero(price(level[0], priceField), priceField)
    quantity(level[1], sizeField)
    // Spot streams of old had a third, empty cell.
    if (level.length > 2) level.length = 2
  }
  return levels as Level[]
}

type Level = Depth['bids'][number]

const fieldsOfLevels: Readonly<Record<string, readonly [string, string]>> = Object.fromEntries(
  ['b', 'a', 'bids', 'asks'].map((field) => [field, [`${field}, price`, `${field}, size`]]),
)
