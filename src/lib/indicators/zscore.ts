import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

/** How many deviations the close is from its mean. */
export const zscore = defineIndicator({
  name: 'zscore',
  title: 'z-score',
  params: [period('period', 1, 20)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: '(close - mean) / population standard deviation of the last n closes, 0 if they are equal',
  start: ([n]: [n: number]): ZscoreState => ({ close: 0, closes: startMoments(n) }),
  update(state: ZscoreState, { close }) {
    state.close = close
    addToMoments(state.closes, close)
  },
  read({ close, closes: { isFull, origin, fromOrigin, squares, size } }) {
    if (!isFull) return { value: null }
    const deviation = Math.sqrt(squares / size)
    return { value: deviation === 0 ? 0 : (close - origin - fromOrigin) / deviation }
  },
})

type ZscoreState = { close: number; readonly closes: SlidingMoments }
