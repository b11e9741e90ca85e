import type { BarValues } from './indicator.ts'

/** Mean of high, low and close. */
export const typicalPrice = ({ high, low, close }: Pick<BarValues, 'high' | 'low' | 'close'>): number =>
  (high + low + close) / 3

/** Where in its bar the close is, from -1 (the low) to 1 (the high); 0 for a bar without range. */
export const closeLocation = ({ high, low, close }: BarValues): number =>
  high > low ? (close - low - (high - close)) / (high - low) : 0
