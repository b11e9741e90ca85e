import { addToHighLow, type HighLowWindow, hasHighLow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

const first = ([n]: [n: number]) => n - 1

/** Highest high and lowest low. */
export const rollmax = defineIndicator({
  name: 'rollmax',
  title: 'highest high and lowest low',
  params: [period('period', 1, 20)],
  reads: ['high', 'low'],
  outputs: { maxHigh: first, minLow: first },
  ascending: [
    ['minLow', 'bar.low'],
    ['bar.high', 'maxHigh'],
  ],
  source: 'extremes of the last n bars (TA-Lib MAX of highs, MIN of lows)',
  start: ([n]: [n: number]) => startHighLow(n),
  update: (state: HighLowWindow, bar) => addToHighLow(state, bar.high, bar.low),
  read: (state) =>
    hasHighLow(state) ? { maxHigh: highestOf(state), minLow: lowestOf(state) } : { maxHigh: null, minLow: null },
})
