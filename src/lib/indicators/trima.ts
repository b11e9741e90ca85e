import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

/** Triangular moving average. */
export const trima = defineIndicator({
  name: 'trima',
  title: 'triangular moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'odd n: SMA(m) of SMA(m), m = (n+1)/2; even n: SMA(n/2+1) of SMA(n/2) (TA-Lib TRIMA)',
  start: ([n]: [n: number]): TrimaState => ({
    inner: startMean(Math.ceil(n / 2)),
    outer: startMean(Math.floor(n / 2) + 1),
  }),
  update({ inner, outer }: TrimaState, bar) {
    addToMean(inner, bar.close)
    if (inner.isFull) addToMean(outer, inner.mean)
  },
  read: ({ outer }) => ({ value: outer.isFull ? outer.mean : null }),
})

type TrimaState = { readonly inner: SlidingMean; readonly outer: SlidingMean }
