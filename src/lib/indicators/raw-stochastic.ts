import { addToHighLow, type HighLowWindow, hasHighLow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'

/** Where a value is in the range of the last n bars, 0 to 100; 0 if that is not wider than `flat`, as in TA-Lib. */
export type RawStochastic = { readonly flat: number; readonly window: HighLowWindow; value: number }

export const startStochastic = (bars: number, flat = 0): RawStochastic => ({
  flat,
  window: startHighLow(bars),
  value: 0,
})

// While a price stands still its RSI does too, but for the last bits of both averages.
export const startStochasticOfRsi = (bars: number): RawStochastic => startStochastic(bars, 1e-9)

export function addToStochastic(state: RawStochastic, high: number, low: number, close: number): void {
  addToHighLow(state.window, high, low)
  const lowest = lowestOf(state.window)
  const range = highestOf(state.window) - lowest
  state.value = range <= state.flat ? 0 : 100 * ((close - lowest) / range)
}

export const hasStochastic = ({ window }: RawStochastic): boolean => hasHighLow(window)
