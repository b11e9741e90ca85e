import { parseBarInterval } from './bar-interval.ts'
import { bucketOf } from './bucket.ts'
import { compareDecimalText } from './exact-decimal.ts'
import { sumOf } from './exact-text.ts'

/** What widening needs of a bar: [start, end) in microseconds UTC, exact decimal text. */
export type NarrowBar = {
  readonly start: number
  readonly end: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly trades?: number
}

/** `sourceBars`: how many narrow bars are in it. `trades` is there when every one of them told its own. */
export type WideBar = { -readonly [K in keyof NarrowBar]: NarrowBar[K] } & { sourceBars: number }

/** Makes wide time bars from narrow ones of one instrument. Plain JSON. */
export type BarResampler = { readonly widthUs: number; bar: WideBar | null }

/** Throws when the width is not a time: trades, volume and notional of a bar cannot be told apart afterwards. */
export function startResampling(interval: string): BarResampler {
  const parsed = parseBarInterval(interval)
  if (parsed.kind !== 'time') throw new Error(`bars can be made wider in time only, not to ${interval}`)
  return { widthUs: parsed.widthUs, bar: null }
}

/**
 * Folds one narrow bar in and returns the wide bars that this completes, oldest first: the open one when the narrow bar starts at
 * or beyond its end, and the narrow bar's own when it reaches its end. A narrow bar older than the open wide bar is in none.
 */
export function resampleBar(resampler: BarResampler, narrow: NarrowBar): readonly WideBar[] {
  if (resampler.bar && narrow.start < resampler.bar.start) return []
  const completed: WideBar[] = []
  if (resampler.bar && narrow.start >= resampler.bar.end) completed.push(resampler.bar)
  if (resampler.bar && completed.length === 0) widen(resampler.bar, narrow)
  else resampler.bar = wideBarOf(narrow, resampler.widthUs)
  if (narrow.end >= resampler.bar.end) completed.push(...endResampling(resampler))
  return completed
}

/** No more bars will come: returns the one that was open, if any. */
export function endResampling(resampler: BarResampler): readonly WideBar[] {
  const last = resampler.bar
  resampler.bar = null
  return last ? [last] : []
}

const wideBarOf = (narrow: NarrowBar, widthUs: number): WideBar => ({
  ...bucketOf(narrow.start, widthUs),
  open: narrow.open,
  high: narrow.high,
  low: narrow.low,
  close: narrow.close,
  volume: narrow.volume,
  trades: narrow.trades,
  sourceBars: 1,
})

function widen(wide: WideBar, narrow: NarrowBar): void {
  if (compareDecimalText(narrow.high, wide.high) > 0) wide.high = narrow.high
  if (compareDecimalText(narrow.low, wide.low) < 0) wide.low = narrow.low
  wide.close = narrow.close
  wide.volume = sumOf(wide.volume, narrow.volume)
  wide.trades = wide.trades === undefined || narrow.trades === undefined ? undefined : wide.trades + narrow.trades
  wide.sourceBars++
}
