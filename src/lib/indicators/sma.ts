import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

/** Simple moving average over n bars. */
export const sma = defineIndicator({
  name: 'sma',
  title: 'simple moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'mean of the last n closes (TA-Lib SMA)',
  start: ([n]: [n: number]) => startMean(n),
  update: (state: SlidingMean, bar) => addToMean(state, bar.close),
  read: (state) => ({ value: state.isFull ? state.mean : null }),
})
