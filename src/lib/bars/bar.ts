import { compareDecimalText } from './exact-decimal.ts'
import { productOf, sumOf } from './exact-text.ts'

/** A trade as a bar sees it: price and size as exact decimal text, time in microseconds UTC. */
export type Trade = { readonly at: number; readonly price: string; readonly size: string }

/**
 * What happened in [start, end): microseconds UTC, exact decimal text. `notional` is the sum of price * size; both sums
 * have as many digits as the finest amount that went into them.
 */
export type Bar = {
  start: number
  end: number
  firstAt: number
  lastAt: number
  open: string
  high: string
  low: string
  close: string
  volume: string
  notional: string
  trades: number
}

export const barOf = (start: number, end: number, { at, price, size }: Trade): Bar => ({
  start,
  end,
  firstAt: at,
  lastAt: at,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: size,
  notional: productOf(price, size),
  trades: 1,
})

/** Folds one more trade in, whatever its time: trades count in the order in which they arrive. */
export function addTrade(bar: Bar, { at, price, size }: Trade): void {
  bar.firstAt = Math.min(bar.firstAt, at)
  bar.lastAt = Math.max(bar.lastAt, at)
  if (compareDecimalText(price, bar.high) > 0) bar.high = price
  if (compareDecimalText(price, bar.low) < 0) bar.low = price
  bar.close = price
  bar.volume = sumOf(bar.volume, size)
  bar.notional = sumOf(bar.notional, productOf(price, size))
  bar.trades++
}

/** Volume-weighted average price, a double; null for a bar without volume. */
export const vwapOf = ({ volume, notional }: Pick<Bar, 'volume' | 'notional'>): number | null =>
  Number(volume) === 0 ? null : Number(notional) / Number(volume)
