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
  isSimulated: z.boolean(),
})

const Trade = z.object({
  kind: z.literal('trade'),
  instrument: InstrumentId,
  price: Price,
  size: Quantity,
  aggressor: Side.optional(),
  tradeId: z.string().max(64).optional(),
  exchangeAt: Micros.optional(),
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
  sequence: z.int().min(0).optional(),
})

export const MdTick = z.discriminatedUnion('kind', [Trade, Quote])

const Level = z.tuple([Price, Quantity])

/** Order book: a whole snapshot, or a delta whose size 0 removes a level. */
export const MdDepth = z.object({
  kind: z.enum(['snapshot', 'delta']),
  instrument: InstrumentId,
  bids: z.array(Level),
  asks: z.array(Level),
  firstSequence: z.int().min(0),
  lastSequence: z.int().min(0),
  previousSequence: z.int().min(0).optional(),
  exchangeAt: Micros.optional(),
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
})

export const MdOptionTick = z.object({
  instrument: InstrumentId,
  bid: Price.nullable(),
  bidSize: Quantity.nullable(),
  ask: Price.nullable(),
  askSize: Quantity.nullable(),
  last: Price.optional(),
  underlyingPrice: Price.optional(),
  impliedVolatility: z.number().optional(),
  delta: z.number().optional(),
  gamma: z.number().optional(),
  vega: z.number().optional(),
  theta: z.number().optional(),
  openInterest: Quantity.optional(),
  exchangeAt: Micros.optional(),
})

export const MdOptionChainSnapshot = z.object({
  underlying: InstrumentId,
  underlyingPrice: Price.nullable(),
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
    }),
  ),
})

/** Exchange sequences that never arrived, both ends included. */
export const MdGap = z.object({
  instrument: InstrumentId,
  stream: z.string().max(64),
  fromSequence: z.int().min(0),
  toSequence: z.int().min(0),
  state: z.enum(['opened', 'closed']),
})

/** Life of a feed. `ended` says that no more will come: working orders expire on it. */
export const MdStatus = z.object({
  feed: Name,
  state: z.enum(['started', 'connected', 'disconnected', 'stalled', 'ended']),
  isSimulated: z.boolean(),
  reason: Text.optional(),
})
