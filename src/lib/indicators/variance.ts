import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

/** Population variance. */
export const variance = defineIndicator({
  name: 'var',
  title: 'variance',
  params: [period('period', 1, 20)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  bounds: { value: [0, Number.POSITIVE_INFINITY] },
  source: 'mean squared deviation of the last n closes, divided by n (TA-Lib VAR)',
  start: ([n]: [n: number]) => startMoments(n),
  update: (state: SlidingMoments, bar) => addToMoments(state, bar.close),
  read: (state) => ({ value: state.isFull ? state.squares / state.size : null }),
})
