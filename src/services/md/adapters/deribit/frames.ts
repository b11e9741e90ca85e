import { isZero } from '#lib/book/order-book.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { aboveZero } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { Depth, Quote, Trade } from '../normalize/decoder.ts'
import {
  eachPriceOnce,
  type Frame,
  isObject,
  listOf,
  microsOfMs,
  numberPrice,
  numberQuantity,
  shown,
  statistic,
  text,
  whole,
} from '../normalize/read-fields.ts'

// Frames come with their numbers as text: exactly the digits that Deribit sent.

export function tradeOf(body: Frame, instrument: string): Trade & { readonly sequence: number } {
  const sequence = whole(body.trade_seq, 'trade_seq')
  const direction = text(body.direction, 'direction')
  if (direction !== 'buy' && direction !== 'sell') throw new LineFault(`direction is ${shown(direction)}`)
  return {
    kind: 'trade',
    instrument,
    price: aboveZero(numberPrice(body.price, 'price'), 'price'),
    size: aboveZero(numberQuantity(body.amount, 'amount'), 'amount'),
    aggressor: direction,
    tradeId: text(body.trade_id, 'trade_id').slice(0, 64),
    exchangeAt: microsOfMs(body.timestamp, 'timestamp'),
    sequence,
  }
}

/** A book by change_id: the first notification of a channel is the whole book, the others change it. */
export function depthOf(body: Frame, instrument: string): Depth {
  const changeId = whole(body.change_id, 'change_id')
  // Channels of old had no type: what names no change before it is whole.
  const isSnapshot = body.type === undefined ? body.prev_change_id === undefined : body.type === 'snapshot'
  const previous = isSnapshot ? undefined : whole(body.prev_change_id, 'prev_change_id')
  if (previous !== undefined && previous > changeId)
    throw new LineFault(`prev_change_id ${previous} is beyond change_id ${changeId}`)
  const bids = levelsOf(body, 'bids')
  const asks = levelsOf(body, 'asks')
  return {
    kind: isSnapshot ? 'snapshot' : 'delta',
    instrument,
    bids: isSnapshot ? eachPriceOnce(bids, 'bids') : bids,
    asks: isSnapshot ? eachPriceOnce(asks, 'asks') : asks,
    firstSequence: changeId,
    lastSequence: changeId,
    ...(previous === undefined ? {} : { previousSequence: previous }),
    exchangeAt: microsOfMs(body.timestamp, 'timestamp'),
  }
}

export function quoteOf(body: Frame, instrument: string): Quote {
  const [bid, bidSize] = sideOf(body.best_bid_price, body.best_bid_amount, 'best_bid')
  const [ask, askSize] = sideOf(body.best_ask_price, body.best_ask_amount, 'best_ask')
  const exchangeAt = microsOfMs(body.timestamp, 'timestamp')
  return { kind: 'quote', instrument, bid, bidSize, ask, askSize, exchangeAt }
}

export function optionTickOf(body: Frame, instrument: string): PayloadOf<'md.option.tick'> {
  const greeks = isObject(body.greeks) ? body.greeks : {}
  const stats = isObject(body.stats) ? body.stats : {}
  const [bid, bidSize] = sideOf(body.best_bid_price, body.best_bid_amount, 'best_bid')
  const [ask, askSize] = sideOf(body.best_ask_price, body.best_ask_amount, 'best_ask')
  return withoutAbsent({
    instrument,
    bid,
    bidSize,
    ask,
    askSize,
    last: optional(body.last_price, 'last_price', numberQuantity),
    underlyingPrice: optional(body.underlying_price, 'underlying_price', numberQuantity),
    markPrice: optional(body.mark_price, 'mark_price', numberQuantity),
    impliedVolatility: percent(body.mark_iv, 'mark_iv'),
    bidVolatility: percent(body.bid_iv, 'bid_iv'),
    askVolatility: percent(body.ask_iv, 'ask_iv'),
    delta: statistic(greeks.delta, 'delta'),
    gamma: statistic(greeks.gamma, 'gamma'),
    vega: statistic(greeks.vega, 'vega'),
    theta: statistic(greeks.theta, 'theta'),
    rho: statistic(greeks.rho, 'rho'),
    openInterest: optional(body.open_interest, 'open_interest', numberQuantity),
    volume: optional(stats.volume, 'stats.volume', numberQuantity),
    exchangeAt: microsOfMs(body.timestamp, 'timestamp'),
  })
}

/** What a ticker of a perpetual says of its funding. */
export function fundingOf(body: Frame, instrument: string): PayloadOf<'md.funding'> {
  return withoutAbsent({
    instrument,
    rate: optional(body.funding_8h, 'funding_8h', numberPrice) ?? null,
    markPrice: optional(body.mark_price, 'mark_price', priceAboveZero),
    indexPrice: optional(body.index_price, 'index_price', priceAboveZero),
    openInterest: optional(body.open_interest, 'open_interest', numberQuantity),
    exchangeAt: microsOfMs(body.timestamp, 'timestamp'),
  })
}

const priceAboveZero = (value: unknown, field: string): string => aboveZero(numberPrice(value, field), field)

/** A side without orders has the size zero. */
function sideOf(price: unknown, amount: unknown, side: string): [string, string] | [null, null] {
  if (price === null || amount === null) return [null, null]
  const best = numberPrice(price, side)
  const size = numberQuantity(amount, side)
  return isZero(size) ? [null, null] : [aboveZero(best, side), size]
}

/** `["new", price, amount]`, `["change", …]`, `["delete", price, 0]`; on channels of old and grouped ones only price and amount. */
function levelsOf(body: Frame, side: 'bids' | 'asks'): [string, string][] {
  const { priceField, sizeField } = fieldsOfLevels[side]
  const levels: [string, string][] = []
  for (const level of listOf(body, side)) {
    if (!Array.isArray(level) || level.length < 2) throw new LineFault(`${side} has ${shown(level)}, expected a level`)
    const at = level.length === 2 ? 0 : 1
    const action = at === 0 ? 'change' : level[0]
    if (action !== 'new' && action !== 'change' && action !== 'delete')
      throw new LineFault(`${side} has the action ${shown(action)}`)
    const size = numberQuantity(level[at + 1], sizeField)
    if (action === 'delete' && !isZero(size)) throw new LineFault(`${side} deletes an amount of ${size}`)
    levels.push([aboveZero(numberPrice(level[at], priceField), priceField), size])
  }
  return levels
}

const fieldsOfLevels = {
  bids: { priceField: 'bids, price', sizeField: 'bids, amount' },
  asks: { priceField: 'asks, price', sizeField: 'asks, amount' },
}

/** 65.43 % is the double next to 0.6543: 6543 by 10,000, which both are exact. */
function percent(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const written = numberQuantity(value, field)
  if (written.length > longestPercent) return Number(`${written}e-2`)
  let digits = 0
  let decimals = -1
  for (let i = 0; i < written.length; i++) {
    const digit = written.charCodeAt(i) - 48
    if (decimals >= 0 || digit < 0) decimals++
    if (digit >= 0) digits = digits * 10 + digit
  }
  return digits / (powers[Math.max(0, decimals) + 2] as number)
}

/** So many digits a double has, and such a power of ten. */
const longestPercent = 15
const powers = Array.from({ length: longestPercent + 2 }, (_, i) => 10 ** i)

const optional = (value: unknown, field: string, read: (value: unknown, field: string) => string) =>
  value === undefined || value === null ? undefined : read(value, field)

/** Built anew where something is absent: objects whose fields were deleted are slow ever after. */
function withoutAbsent<T extends object>(payload: T): T {
  let isWhole = true
  for (const field in payload) if (payload[field] === undefined) isWhole = false
  if (isWhole) return payload
  const there: Partial<T> = {}
  for (const field in payload) if (payload[field] !== undefined) there[field] = payload[field]
  return there as T
}
