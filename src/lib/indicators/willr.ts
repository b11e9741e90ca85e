import { addToHighLow, type HighLowWindow, hasHighLow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Williams %R, -100 to 0. */
export const willr = defineIndicator({
  name: 'willr',
  title: 'Williams %R',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  bounds: { value: [-100, 0] },
  source: 'Williams: -100*(HH-c)/(HH-LL), 0 without range (TA-Lib WILLR)',
  start: ([n]: [n: number]): WillrState => ({ window: startHighLow(n), close: 0 }),
  update(state: WillrState, { high, low, close }) {
    addToHighLow(state.window, high, low)
    state.close = close
  },
  read: ({ window, close }) => ({ value: hasHighLow(window) ? place(window, close) : null }),
})

type WillrState = { readonly window: HighLowWindow; close: number }

function place(window: HighLowWindow, close: number): number {
  const highest = highestOf(window)
  const range = highest - lowestOf(window)
  return range === 0 ? 0 : 100 * ((close - highest) / range)
}
