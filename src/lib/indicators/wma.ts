import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToWeighted, startWeighted, type WeightedAverage, weightedOrNull } from './weighted-average.ts'

/** Linearly weighted moving average. */
export const wma = defineIndicator({
  name: 'wma',
  title: 'weighted moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'weights 1..n, the newest close n (TA-Lib WMA)',
  start: ([n]: [n: number]) => startWeighted(n),
  update: (state: WeightedAverage, bar) => addToWeighted(state, bar.close),
  read: (state) => ({ value: weightedOrNull(state) }),
})
