/** The deepest fall from a peak, as a fraction of the peak; indices are of the equity curve, null where there is none. */
export type Drawdown = {
  /** Zero or negative. */
  readonly deepest: number
  readonly peak: number | null
  readonly trough: number | null
  /** The first bar that is back at or above the peak. */
  readonly recovery: number | null
  /** Peak less trough, in money. */
  readonly amount: number
  /** Bars from a peak to its recovery, or to the last bar: the longest of all. */
  readonly longestUnderwater: number
  /** Root of the mean square of the fall, over all bars (Martin, 1987). */
  readonly ulcer: number
}

/** Falls of an equity curve; of equal ones the first counts. */
export function drawdownOf(equity: readonly number[]): Drawdown {
  let [peak, deepest, top, bottom] = [0, 0, -1, -1]
  let [longest, squares] = [0, 0]
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i] as number
    const highest = equity[peak] as number
    if (value >= highest) {
      if (i > peak + 1 && (equity[i - 1] as number) < highest) longest = Math.max(longest, i - peak)
      peak = i
      continue
    }
    if (i === equity.length - 1) longest = Math.max(longest, i - peak)
    const fall = value / highest - 1
    squares += fall * fall
    if (fall < deepest) [deepest, top, bottom] = [fall, peak, i]
  }
  const ulcer = Math.sqrt(squares / equity.length)
  if (bottom < 0)
    return { deepest: 0, peak: null, trough: null, recovery: null, amount: 0, longestUnderwater: longest, ulcer }
  const high = equity[top] as number
  const back = equity.findIndex((value, i) => i > bottom && value >= high)
  return {
    deepest,
    peak: top,
    trough: bottom,
    recovery: back < 0 ? null : back,
    amount: high - (equity[bottom] as number),
    longestUnderwater: longest,
    ulcer,
  }
}
