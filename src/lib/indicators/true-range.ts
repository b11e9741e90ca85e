import { addToAverage, type SmoothedAverage, startWilder } from './smoothed-average.ts'

/** How far a bar reached, the gap from the previous close included: max(h-l, |c'-h|, |c'-l|) (Wilder 1978). */
export const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high - low, Math.abs(previousClose - high), Math.abs(previousClose - low))

/** The close before a bar, which the first bar does not have. */
export type PreviousClose = { hasPrevious: boolean; previousClose: number }

export const noPreviousClose = (): PreviousClose => ({ hasPrevious: false, previousClose: 0 })

/** Wilder's average of the true range, which the first bar does not have. */
export type AverageRange = PreviousClose & { readonly range: SmoothedAverage }

export const startAverageRange = (bars: number): AverageRange => ({ ...noPreviousClose(), range: startWilder(bars) })

export function addToRange(state: AverageRange, high: number, low: number, close: number): void {
  if (state.hasPrevious) addToAverage(state.range, trueRange(high, low, state.previousClose))
  state.hasPrevious = true
  state.previousClose = close
}
