import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

type Params = [n: number, nbdev: number]

/** Population standard deviation, times a factor. */
export const stddev = defineIndicator({
  name: 'stddev',
  title: 'standard deviation',
  params: [period('period', 1, 20), multiple('nbdev', 1)],
  reads: ['close'],
  outputs: { value: ([n]: Params) => n - 1 },
  bounds: { value: [0, Number.POSITIVE_INFINITY] },
  source: 'nbdev * sqrt(mean squared deviation of the last n closes), divided by n (TA-Lib STDDEV)',
  start: ([n, nbdev]: Params): StddevState => ({ nbdev, closes: startMoments(n) }),
  update: ({ closes }: StddevState, bar) => addToMoments(closes, bar.close),
  read: ({ nbdev, closes }) => ({ value: closes.isFull ? nbdev * Math.sqrt(closes.squares / closes.size) : null }),
})

type StddevState = { readonly nbdev: number; readonly closes: SlidingMoments }
