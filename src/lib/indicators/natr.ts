import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { isSeeded } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'

/** Average true range in percent of the close. */
export const natr = defineIndicator({
  name: 'natr',
  title: 'average true range, percent of the close',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { value: ([n]: [n: number]) => n },
  source: '100 * ATR / close, 0 if the close is 0 (TA-Lib NATR)',
  start: ([n]: [n: number]) => startAverageRange(n),
  update: (state: AverageRange, bar) => addToRange(state, bar.high, bar.low, bar.close),
  read: ({ range, previousClose: close }) => ({
    value: isSeeded(range) ? (close === 0 ? 0 : 100 * (range.value / close)) : null,
  }),
})
