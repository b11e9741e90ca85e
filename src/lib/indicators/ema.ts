import { defineIndicator, period } from './indicator.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'

/** Exponential moving average of the close. */
export const ema = defineIndicator({
  name: 'ema',
  topic: 'indicator.ema.v1',
  params: [period('period', 1)],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: 'e += 2/(n+1) * (close - e), seeded with the mean of the first n closes (TA-Lib EMA)',
  start: ([n]: [n: number]) => startEma(n),
  update: (state: SmoothedAverage, bar) => addToAverage(state, bar.close),
  payload: ({ instrument, interval, key }, state) => ({
    instrument,
    interval,
    key,
    value: isSeeded(state) ? state.value : null,
  }),
})
