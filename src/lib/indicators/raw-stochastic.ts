import { addToHighLow, type HighLowWindow, hasHighLow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'

/** Where a value is in the range of the last n bars, 0 to 100; 0 if they have no range, as in TA-Lib. */
export type RawStochastic = { readonly window: HighLowWindow; value: number }

export const startStochastic = (bars: number): RawStochastic => ({ window: startHighLow(bars), value: 0 })

export function addToStochastic(state: RawStochastic, high: number, low: number, close: number): void {
  addToHighLow(state.window, high, low)
  const lowest = lowestOf(state.window)
  const range = highestOf(state.window) - lowest
  state.value = range === 0 ? 0 : 100 * ((close - lowest) / range)
}

export const hasStochastic = ({ window }: RawStochastic): boolean => hasHighLow(window)
