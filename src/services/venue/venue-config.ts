import { z } from 'zod'
import { Currency, Interval, Money } from '#schemas/primitives.ts'

/** Basis points of the notional; negative is a rebate. */
export const FeeBps = z.number().min(-1_000).max(10_000)
const Bps = FeeBps.default(0)

const MicrosToWait = z.int().min(0).max(60_000_000)
const Micros = MicrosToWait.default(0)

const Spans = z
  .array(
    z
      .strictObject({ from: z.int().min(0), to: z.int().min(0) })
      .refine(({ from, to }) => from < to, 'it ends after it begins'),
  )
  .max(1_000)
  .default([])

/** How the simulated exchange fills. */
export const VenueConfig = z.strictObject({
  fill: z.enum(['same-close', 'next-open', 'next-close', 'touch']),
  /** The width of the bars that fill; absent = bars of any width do. */
  interval: Interval.optional(),
  /** From the sending of an order, a cancel or an update to its arrival. */
  latencyMicros: Micros,
  /** From what happened at the exchange to our hearing of it. */
  responseLatencyMicros: Micros,
  /** How old the market is when a strategy sees it: an order arrives so much later still. `recorded`: of each price, by the exchange's time in it. */
  feedLatencyMicros: z.union([MicrosToWait, z.literal('recorded')]).default(0),
  /** How far the exchange's clock is ahead of the recorder's, where feed latency is recorded. */
  clockAheadMicros: z.int().min(-60_000_000).max(60_000_000).default(0),
  /** Of each message, either way, between zero and this, by the seed. */
  jitterMicros: Micros,
  seed: z.int().min(0).default(1),
  /** Latencies that were measured, as `[at, order, response]` in microseconds: between two of them on the straight line, outside as the first and the last. */
  latencies: z
    .array(z.tuple([z.int().min(0), MicrosToWait, MicrosToWait]))
    .max(10_000)
    .refine(
      (rows) => rows.every(([at], i) => i === 0 || at > (rows[i - 1]?.[0] ?? 0)),
      'each is later than the one before',
    )
    .default([]),
  /** When the line is cut while the exchange goes on, microseconds UTC: from `from` to before `to` nothing passes, either way. */
  disconnects: Spans,
  /** What a taker gets in place of the market's price. */
  slippage: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('ticks'), ticks: z.int().min(0).max(1_000) }),
      z.strictObject({ kind: z.literal('bps'), bps: z.number().min(0).max(1_000) }),
      /** At most `volumeLimit` of a bar's volume, or of what a quote displays, at a price worse by share^2 * impact. */
      z.strictObject({
        kind: z.literal('volume-share'),
        volumeLimit: z.number().min(0.000001).max(1).default(0.025),
        impact: z.number().min(0).max(1).default(0.1),
      }),
      /** Beyond what the quote shows, the levels of the book behind it, each at its own price. */
      z.strictObject({ kind: z.literal('book-walk') }),
    ])
    .default({ kind: 'none' }),
  /** Where a resting order stands at its price under `touch`: trades there go to those before it first. `none`: trades fill nothing. */
  queue: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      /** Who leaves stood behind. */
      z.strictObject({ kind: z.literal('conservative') }),
      /** Who leaves stood behind with a chance of f(behind) / (f(behind) + f(before)), f(x) = x^n or ln(1 + x). */
      z.strictObject({ kind: z.literal('power'), n: z.number().min(0.1).max(10).default(2) }),
      z.strictObject({ kind: z.literal('log') }),
      /** Who stands before it is known, order by order (`md.order`). */
      z.strictObject({ kind: z.literal('fifo') }),
    ])
    .default({ kind: 'none' }),
  fees: z
    .strictObject({
      makerBps: Bps,
      takerBps: Bps,
      perUnit: Money.default('0'),
      /** Digits that a fee has behind the point, rounded half to even, like 2 for cents; absent = exact. */
      decimals: z.int().min(0).max(18).optional(),
    })
    .default({ makerBps: 0, takerBps: 0, perUnit: '0' }),
  /** When the exchange is away, microseconds UTC: from `from` to before `to` it takes nothing and fills nothing. */
  outages: Spans,
  /** What an option in the money ends as: its worth in cash, or the shares at its strike. */
  settlement: z.enum(['cash', 'physical']).default('cash'),
  currency: Currency,
  /** Others that the account can pay in, since it converts them. */
  currencies: z.array(Currency).optional(),
})
export type VenueConfig = z.infer<typeof VenueConfig>
