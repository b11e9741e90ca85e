import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToTrend, type SlidingTrend, slopeOf, startTrend } from './sliding-trend.ts'

const first = ([n]: [n: number]) => n - 1
const none = { value: null, slope: null, intercept: null, forecast: null, angle: null }

/** Least-squares line through the last n closes. */
export const linreg = defineIndicator({
  name: 'linreg',
  title: 'linear regression',
  params: [period('period', 2, 14)],
  reads: ['close'],
  outputs: { value: first, slope: first, intercept: first, forecast: first, angle: first },
  source:
    'least squares over x = 0..n-1: value at n-1, forecast at n, intercept at 0, slope a bar, its angle in degrees (TA-Lib LINEARREG, TSF)',
  start: ([n]: [n: number]) => startTrend(n),
  update: (state: SlidingTrend, bar) => addToTrend(state, bar.close),
  read(state) {
    if (!state.isFull) return none
    const slope = slopeOf(state)
    const half = (state.size - 1) / 2
    return {
      value: state.mean + slope * half,
      slope,
      intercept: state.mean - slope * half,
      forecast: state.mean + slope * (half + 1),
      angle: Math.atan(slope) * (180 / Math.PI),
    }
  },
})
