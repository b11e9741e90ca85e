import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { averageOrNull } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'

/** Average true range, in units of price. */
export const atr = defineIndicator({
  name: 'atr',
  title: 'average true range',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { value: ([n]: [n: number]) => n },
  bounds: { value: [0, Number.POSITIVE_INFINITY] },
  source: 'Wilder 1978: Wilder average of the true range, which starts with the second bar (TA-Lib ATR)',
  start: ([n]: [n: number]) => startAverageRange(n),
  update: (state: AverageRange, bar) => addToRange(state, bar.high, bar.low, bar.close),
  read: ({ range }) => ({ value: averageOrNull(range) }),
})
