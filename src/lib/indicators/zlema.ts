import { type Delay, hasDelayed, passThrough, startDelay } from './delay.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, averageOrNull, type SmoothedAverage, startEma } from './smoothed-average.ts'

const lagOf = (n: number): number => Math.floor((n - 1) / 2)

/** Zero-lag exponential moving average. */
export const zlema = defineIndicator({
  name: 'zlema',
  title: 'zero-lag exponential moving average',
  params: [period('period', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 + lagOf(n) },
  source: 'Ehlers and Way 2010: EMA of 2*close - close[floor((n-1)/2)], seeded with the mean of its first n values',
  start: ([n]: [n: number]): ZlemaState => ({ before: startDelay(lagOf(n)), average: startEma(n) }),
  update({ before, average }: ZlemaState, { close }) {
    const earlier = passThrough(before, close)
    if (hasDelayed(before)) addToAverage(average, 2 * close - earlier)
  },
  read: ({ average }) => ({ value: averageOrNull(average) }),
})

type ZlemaState = { readonly before: Delay; readonly average: SmoothedAverage }
