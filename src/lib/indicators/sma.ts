import { defineIndicator, period } from './indicator.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

/** Simple moving average of the close over n bars. */
export const sma = defineIndicator({
  name: 'sma',
  topic: 'indicator.sma.v1',
  params: [period('period', 1)],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'mean of the last n closes (TA-Lib SMA)',
  start: ([n]: [n: number]) => startMoments(n),
  update: (state: SlidingMoments, bar) => addToMoments(state, bar.close),
  payload: ({ instrument, interval, key }, state) => ({
    instrument,
    interval,
    key,
    value: state.isFull ? state.mean : null,
  }),
})
