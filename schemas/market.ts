import { z } from 'zod'
import {
  Currency,
  InstrumentId,
  Interval,
  IsoDate,
  Micros,
  Name,
  OptionRight,
  Price,
  Quantity,
  Side,
  Text,
} from './primitives.ts'

/** What can be traded, with everything needed to price and size it exactly. Published before the first price. */
export const MdInstrument = z.object({
  instrument: InstrumentId,
  kind: z.enum(['spot', 'equity', 'forex', 'future', 'perpetual', 'option', 'index']),
  tickSize: Price,
  lotSize: Quantity,
  multiplier: Quantity,
  currency: Currency,
  underlying: InstrumentId.optional(),
  expiry: IsoDate.optional(),
  expiresAt: Micros.optional(),
  strike: Price.optional(),
  right: OptionRight.optional(),
  /**
   * Settled in its base coin, which is `currency`. A future has a size in money: it pays quantity × multiplier × (1/entry - 1/exit) coins. An option is quoted in the
   * coin, its strike is not.
   */
  isInverse: z.literal(true).optional(),
  isSimulated: z.boolean(),
})

/**
 * Of all prices: `exchangeAt` is when the exchange says that it was; the event's `at` when it was received, unless `receivedAt` says that
 * it was earlier (what was held back until a snapshot came). `sequence` is the exchange's own number.
 */
const Trade = z.object({
  kind: z.literal('trade'),
  instrument: InstrumentId,
  price: Price,
  size: Quantity,
  aggressor: Side.optional(),
  tradeId: z.string().max(64).optional(),
  exchangeAt: Micros.optional(),
  receivedAt: Micros.optional(),
  sequence: z.int().min(0).optional(),
})

/** Top of book. A side that is absent is null, size included. */
const Quote = z.object({
  kind: z.literal('quote'),
  instrument: InstrumentId,
  bid: Price.nullable(),
  bidSize: Quantity.nullable(),
  ask: Price.nullable(),
  askSize: Quantity.nullable(),
  exchangeAt: Micros.optional(),
  receivedAt: Micros.optional(),
  sequence: z.int().min(0).optional(),
})

export const MdTick = z.discriminatedUnion('kind', [Trade, Quote])

const Level = z.tuple([Price, Quantity])

/** Order book: a whole snapshot, or a delta whose size 0 removes a level. `checksum` is of the book behind the event: docs/adapters.md says over which text. */
export const MdDepth = z.object({
  kind: z.enum(['snapshot', 'delta']),
  instrument: InstrumentId,
  bids: z.array(Level),
  asks: z.array(Level),
  firstSequence: z.int().min(0),
  lastSequence: z.int().min(0),
  previousSequence: z.int().min(0).optional(),
  checksum: z.int().min(0).max(0xffffffff).optional(),
  exchangeAt: Micros.optional(),
  receivedAt: Micros.optional(),
})

/** A bar covers [start, end); its event is at the instant it became known. */
export const MdBar = z.object({
  instrument: InstrumentId,
  interval: Interval,
  start: Micros,
  end: Micros,
  open: Price,
  high: Price,
  low: Price,
  close: Price,
  volume: Quantity,
  trades: z.int().min(0).optional(),
  /** The bar is still open, and this is what it has come to. Only a normalised recording has such bars: no feed says them. */
  isPartial: z.literal(true).optional(),
})

/** Volatilities are fractions, 0.65 for 65 %. Greeks are as the exchange reckons them. */
export const MdOptionTick = z.object({
  instrument: InstrumentId,
  bid: Price.nullable(),
  bidSize: Quantity.nullable(),
  ask: Price.nullable(),
  askSize: Quantity.nullable(),
  last: Price.optional(),
  underlyingPrice: Price.optional(),
  markPrice: Price.optional(),
  impliedVolatility: z.number().optional(),
  bidVolatility: z.number().optional(),
  askVolatility: z.number().optional(),
  delta: z.number().optional(),
  gamma: z.number().optional(),
  vega: z.number().optional(),
  theta: z.number().optional(),
  rho: z.number().optional(),
  openInterest: Quantity.optional(),
  volume: Quantity.optional(),
  exchangeAt: Micros.optional(),
  receivedAt: Micros.optional(),
})

/**
 * What holders of a perpetual pay each other, a fraction of the position for one funding period; null where none is due (dated futures). It is paid at
 * `nextFundingAt`, by the last rate that is told for that time before it: until then it is a forecast. Without it nobody says when it is paid.
 */
export const MdFunding = z.object({
  instrument: InstrumentId,
  rate: Price.nullable(),
  markPrice: Price.optional(),
  indexPrice: Price.optional(),
  openInterest: Quantity.optional(),
  nextFundingAt: Micros.optional(),
  exchangeAt: Micros.optional(),
})

/** From here on `numerator` shares stand for `denominator` of those before, and prices are of the new ones: between two sessions, before the first new price. */
export const MdSplit = z.object({ instrument: InstrumentId, numerator: z.int().min(1), denominator: z.int().min(1) })

export const MdOptionChainSnapshot = z.object({
  underlying: InstrumentId,
  underlyingPrice: Price.nullable(),
  /** By expiry, where not all options are on the underlying itself: the price of what theirs are on, as the venue says it. */
  forwards: z.record(IsoDate, Price).optional(),
  contracts: z.array(
    z.object({
      instrument: InstrumentId,
      expiry: IsoDate,
      strike: Price,
      right: OptionRight,
      bid: Price.nullable(),
      bidSize: Quantity.nullable(),
      ask: Price.nullable(),
      askSize: Quantity.nullable(),
      /** Who said it was interrupted since it was quoted. */
      isStale: z.boolean().optional(),
      /** No connection is subscribed to it: whether anybody quotes it is not known. */
      isUnheard: z.literal(true).optional(),
    }),
  ),
})

/**
 * Exchange sequences that did not arrive, both ends included. `closed` says what became of them: `filled` all of them came late,
 * `snapshot` they are only in a snapshot that stands for them, `lost` they never came, and the stream goes on without them.
 */
export const MdGap = z.object({
  instrument: InstrumentId,
  stream: z.string().max(64),
  fromSequence: z.int().min(0),
  toSequence: z.int().min(0),
  state: z.enum(['opened', 'closed']),
  how: z.enum(['filled', 'snapshot', 'lost']).optional(),
})

/**
 * Life of a feed. `ended` says that no more will come: working orders expire on it. `refused` is a frame that was not let in; `flagged`
 * and `cleared` begin and end what is wrong with a stream or a book. `measured` says a figure. `subscribed` and `unsubscribed` say of which `instruments` the
 * venue tells quotes over a connection, where it says so, the latter without any that nothing is asked for over the session any more; `delisted` which ones its list does not have any more before their end. `code` says what it is about, `reason` says it for people.
 */
export const MdStatus = z.object({
  feed: Name,
  state: z.enum([
    'started',
    'connected',
    'disconnected',
    'stalled',
    'ended',
    'refused',
    'flagged',
    'cleared',
    'measured',
    'subscribed',
    'unsubscribed',
    'delisted',
  ]),
  isSimulated: z.boolean(),
  code: z
    .enum([
      'bad_frame',
      'wrong_instrument',
      'venue_error',
      'repeated',
      'late',
      'stale_snapshot',
      'sequence_restarted',
      'no_snapshot',
      'crossed_book',
      'stale_book',
      'checksum',
      'rate_limited',
      'banned',
      'http_error',
      'no_sequence',
      'silent_stream',
      'not_subscribed',
      'clock_skew',
      'bad_time',
      'not_supported',
    ])
    .optional(),
  instrument: InstrumentId.optional(),
  stream: z.string().max(64).optional(),
  connection: z.string().max(64).optional(),
  instruments: z.array(InstrumentId).optional(),
  /** How far the clock of the exchange was ahead of the receipt, at most within a minute; negative is the shortest way. Microseconds. */
  aheadMicros: z.int().optional(),
  /** Of `no_snapshot`, measured: updates that are only in the first snapshot. */
  count: z.int().min(0).optional(),
  reason: Text.optional(),
})
