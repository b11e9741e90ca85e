import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, averageOrNull, type SmoothedAverage, startWilder } from './smoothed-average.ts'

/** Wilder's moving average, also called SMMA. */
export const rma = defineIndicator({
  name: 'rma',
  title: "Wilder's (smoothed) moving average",
  params: [period('period', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'Wilder 1978: r += 1/n * (close - r), seeded with the mean of the first n closes',
  start: ([n]: [n: number]) => startWilder(n),
  update: (state: SmoothedAverage, bar) => addToAverage(state, bar.close),
  read: (state) => ({ value: averageOrNull(state) }),
})
