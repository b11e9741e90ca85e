import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { decimalPattern, unsignedDecimalPattern } from '#schemas/primitives.ts'
import { checkDigits, quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'

export type Frame = { readonly [field: string]: unknown }

/** `btcusdt@trade` with what it carries; a REST snapshot has no stream. */
export type StreamedFrame = { readonly stream: string | null; readonly body: Frame }

export function parseFrame(text: string): StreamedFrame {
  const frame = jsonObject(text)
  if (typeof frame.stream !== 'string') return { stream: null, body: frame }
  if (!isObject(frame.data)) throw new LineFault('a frame of a stream without data')
  return { stream: frame.stream, body: frame.data }
}

export function tradeFact(body: Frame, instrument: string, at: number): MarketFact<'md.tick'> {
  const isAggregate = body.e === 'aggTrade'
  const id = integer(body, isAggregate ? 'a' : 't')
  const payload: PayloadOf<'md.tick'> = {
    kind: 'trade',
    instrument,
    price: price(body.p, 'p'),
    size: quantity(body.q, 'q'),
    // m: the buyer was the maker, so the seller came to him.
    aggressor: boolean(body, 'm') ? 'sell' : 'buy',
    tradeId: String(id),
    exchangeAt: exchangeMicros(body, 'T'),
    sequence: id,
  }
  return { at, topic: 'md.tick', payload }
}

export function quoteFact(body: Frame, instrument: string, at: number): MarketFact<'md.tick'> {
  const [bid, bidSize] = side(body.b, body.B, 'b', 'B')
  const [ask, askSize] = side(body.a, body.A, 'a', 'A')
  const sequence = integer(body, 'u')
  const quote = { kind: 'quote' as const, instrument, bid, bidSize, ask, askSize }
  const payload: PayloadOf<'md.tick'> =
    body.T === undefined ? { ...quote, sequence } : { ...quote, exchangeAt: exchangeMicros(body, 'T'), sequence }
  return { at, topic: 'md.tick', payload }
}

export function depthFact(body: Frame, instrument: string, at: number): MarketFact<'md.depth'> {
  const payload: PayloadOf<'md.depth'> = {
    kind: 'delta',
    instrument,
    bids: levels(body.b, 'b'),
    asks: levels(body.a, 'a'),
    firstSequence: integer(body, 'U'),
    lastSequence: integer(body, 'u'),
    ...(body.pu === undefined ? {} : { previousSequence: integer(body, 'pu') }),
    exchangeAt: exchangeMicros(body, body.T === undefined ? 'E' : 'T'),
  }
  if (payload.firstSequence > payload.lastSequence)
    throw new LineFault(`U ${payload.firstSequence} is beyond u ${payload.lastSequence}`)
  return { at, topic: 'md.depth', payload }
}

export function snapshotFact(body: Frame, instrument: string, at: number): MarketFact<'md.depth'> {
  const sequence = integer(body, 'lastUpdateId')
  const payload: PayloadOf<'md.depth'> = {
    kind: 'snapshot',
    instrument,
    bids: levels(body.bids, 'bids'),
    asks: levels(body.asks, 'asks'),
    firstSequence: sequence,
    lastSequence: sequence,
    ...(body.T === undefined ? {} : { exchangeAt: exchangeMicros(body, 'T') }),
  }
  return { at, topic: 'md.depth', payload }
}

function jsonObject(text: string): Frame {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new LineFault(`not JSON: ${error instanceof Error ? error.message.slice(0, 120) : String(error)}`)
  }
  if (!isObject(value)) throw new LineFault('the frame is not an object')
  return value
}

const isObject = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function price(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= 64 && decimalPattern.test(value)) {
    checkDigits(value, field)
    return value
  }
  throw new LineFault(`${field} is ${shown(value)}, expected a decimal number as text`)
}

function quantity(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= 64 && unsignedDecimalPattern.test(value)) return value
  throw new LineFault(`${field} is ${shown(value)}, expected a decimal number as text that is not negative`)
}

/** An empty side of the book is a size of zero. */
function side(
  priceText: unknown,
  sizeText: unknown,
  priceField: string,
  sizeField: string,
): [string, string] | [null, null] {
  const size = quantity(sizeText, sizeField)
  const text = price(priceText, priceField)
  return Number(size) === 0 ? [null, null] : [text, size]
}

function levels(value: unknown, field: string): [string, string][] {
  if (!Array.isArray(value)) throw new LineFault(`${field} is ${shown(value)}, expected levels of price and size`)
  return value.map((level: unknown): [string, string] => {
    if (!Array.isArray(level) || level.length < 2)
      throw new LineFault(`${field} has ${shown(level)}, expected a level of price and size`)
    return [price(level[0], `${field}, price`), quantity(level[1], `${field}, size`)]
  })
}

function integer(body: Frame, field: string): number {
  const value = body[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new LineFault(`${field} is ${shown(value)}, expected a whole number`)
}

/** Microseconds of a field in milliseconds. */
function exchangeMicros(body: Frame, field: string): number {
  const micros = integer(body, field) * 1000
  if (Number.isSafeInteger(micros)) return micros
  throw new LineFault(`${field} is ${shown(body[field])}, which is no time in ms`)
}

function boolean(body: Frame, field: string): boolean {
  const value = body[field]
  if (typeof value === 'boolean') return value
  throw new LineFault(`${field} is ${shown(value)}, expected true or false`)
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : quoted(JSON.stringify(value)))
