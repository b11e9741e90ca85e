import { z } from 'zod'
import { InstrumentId, Micros } from '#schemas/primitives.ts'

/** 1 is as it was, 10 ten times as fast, `max` as fast as it is taken. */
export const Speed = z.union([z.number().positive(), z.literal('max')])

const Stream = z.union([z.enum(['trades', 'quotes', 'depth', 'funding']), z.templateLiteral(['bar:', z.string()])])

/** Where the market comes from: the built-in seeded one, a recorded data set, or an exchange. */
export const FeedConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('seeded'),
    seed: z.int().default(1),
    eventsPerSecond: z.number().positive().max(100_000).default(10),
    /** Microseconds UTC. With a start or a speed the market is played as a recording is; with neither it is live and starts now. */
    startAt: Micros.optional(),
    speed: Speed.optional(),
    /** Microseconds UTC: it ends before that. */
    until: Micros.optional(),
  }),
  z.strictObject({
    kind: z.literal('data-set'),
    path: z.string(),
    /** Microseconds UTC: facts of [from, to). */
    from: Micros.optional(),
    to: Micros.optional(),
    instruments: z.array(InstrumentId).optional(),
    speed: Speed.default(1),
  }),
  z.strictObject({
    kind: z.literal('exchange'),
    /** `binance`, `binance-usdm`, `binance-cm`, `binance-us`, `deribit`, or `ccxt-<exchange>`. */
    venue: z.string(),
    /** As the exchange names them; `BTC-*` of Deribit are all options on BTC. */
    symbols: z.array(z.string()).min(1),
    streams: z.array(Stream).min(1).default(['trades', 'quotes']),
    /** Where the raw frames are kept, for `trader md rebuild`. */
    raw: z.string().optional(),
    wsUrl: z.url({ protocol: /^wss?$/ }).optional(),
    restUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Without a sign of life for so long a connection is replaced. */
    stallMs: z.int().min(100).default(20_000),
  }),
])
export type FeedConfig = z.infer<typeof FeedConfig>
export type SeededFeed = Extract<FeedConfig, { kind: 'seeded' }>

/** When a seeded market starts that is played as a recording is, microseconds UTC; null when it is live. */
export const playedFrom = ({ startAt, speed }: SeededFeed): number | null =>
  startAt ?? (speed === undefined ? null : usualStart)

/** That of `trader md generate`. */
const usualStart = Date.UTC(2020, 0, 1) * 1000
