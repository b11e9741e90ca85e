import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, averageOrNull, type SmoothedAverage, startEma } from './smoothed-average.ts'

/** Exponential moving average. */
export const ema = defineIndicator({
  name: 'ema',
  title: 'exponential moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'e += 2/(n+1) * (close - e), seeded with the mean of the first n closes (TA-Lib EMA)',
  start: ([n]: [n: number]) => startEma(n),
  update: (state: SmoothedAverage, bar) => addToAverage(state, bar.close),
  read: (state) => ({ value: averageOrNull(state) }),
})
