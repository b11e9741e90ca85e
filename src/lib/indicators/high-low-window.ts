import {
  addToExtreme,
  extremeOf,
  isWindowFull,
  type SlidingExtreme,
  startHighest,
  startLowest,
} from './sliding-extreme.ts'

/** Highest high and lowest low of the last n bars, the newest included. */
export type HighLowWindow = { readonly highs: SlidingExtreme; readonly lows: SlidingExtreme }

export const startHighLow = (bars: number): HighLowWindow => ({ highs: startHighest(bars), lows: startLowest(bars) })

export function addToHighLow({ highs, lows }: HighLowWindow, high: number, low: number): void {
  addToExtreme(highs, high)
  addToExtreme(lows, low)
}

export const hasHighLow = ({ highs }: HighLowWindow): boolean => isWindowFull(highs)
export const highestOf = ({ highs }: HighLowWindow): number => extremeOf(highs)
export const lowestOf = ({ lows }: HighLowWindow): number => extremeOf(lows)
export const middleOf = ({ highs, lows }: HighLowWindow): number => (extremeOf(highs) + extremeOf(lows)) / 2
/** Null before the window is full. */
export const middleOrNull = (window: HighLowWindow): number | null => (hasHighLow(window) ? middleOf(window) : null)
