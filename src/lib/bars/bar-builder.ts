import { addTrade, type Bar, barOf, type Trade } from './bar.ts'
import { type BarInterval, parseBarInterval } from './bar-interval.ts'
import { type BucketOf, bucketOf } from './bucket.ts'
import { compareDecimalText } from './exact-decimal.ts'

/** Makes bars of one width from the trades of one instrument. Plain JSON. */
export type BarBuilder = { readonly interval: BarInterval; bar: Bar | null }

export const startBars = (interval: string): BarBuilder => ({ interval: parseBarInterval(interval), bar: null })

/**
 * Folds one trade in and returns the bar that it completes, or null. Time bars are cut as `buckets` says, from UTC midnight if it is not
 * given; a trade that belongs to no bucket is in no bar. A time bar is completed by the first trade at or beyond its
 * end; a trade older than the open time bar is in no bar, since the bar of its time is out already. A trade, volume or notional bar
 * is completed by the trade that reaches the threshold: trades are never split, the excess is not carried.
 */
export function buildBar(builder: BarBuilder, trade: Trade, buckets: BucketOf = bucketOf): Bar | null {
  return builder.interval.kind === 'time'
    ? buildTimeBar(builder, builder.interval.widthUs, trade, buckets)
    : buildThresholdBar(builder, builder.interval, trade)
}

/** No more trades will come: returns the time bar that was open, or null. A bar short of its threshold is never completed. */
export function endBars(builder: BarBuilder): Bar | null {
  const last = builder.interval.kind === 'time' ? builder.bar : null
  builder.bar = null
  return last
}

function buildTimeBar(builder: BarBuilder, widthUs: number, trade: Trade, buckets: BucketOf): Bar | null {
  const open = builder.bar
  if (open && trade.at < open.start) return null
  if (open && trade.at < open.end) {
    addTrade(open, trade)
    return null
  }
  const bucket = buckets(trade.at, widthUs)
  builder.bar = bucket ? barOf(bucket.start, bucket.end, trade) : null
  return open
}

function buildThresholdBar(
  builder: BarBuilder,
  interval: Exclude<BarInterval, { kind: 'time' }>,
  trade: Trade,
): Bar | null {
  if (builder.bar) addTrade(builder.bar, trade)
  else builder.bar = barOf(trade.at, trade.at, trade)
  const bar = builder.bar
  bar.start = bar.firstAt
  bar.end = bar.lastAt
  if (!isReached(bar, interval)) return null
  builder.bar = null
  return bar
}

function isReached(bar: Bar, { kind, threshold }: Exclude<BarInterval, { kind: 'time' }>): boolean {
  switch (kind) {
    case 'trades':
      return bar.trades >= threshold
    case 'volume':
      return compareDecimalText(bar.volume, String(threshold)) >= 0
    case 'notional':
      return compareDecimalText(bar.notional, String(threshold)) >= 0
  }
}
