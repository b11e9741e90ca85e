import { relativeChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToCoMoments, type SlidingCoMoments, startCoMoments } from './sliding-co-moments.ts'

/** Beta of the returns of lows on the returns of highs. */
export const beta = defineIndicator({
  name: 'beta',
  title: 'beta of lows on highs',
  params: [period('period', 1, 5)],
  reads: ['high', 'low'],
  outputs: { value: ([n]: [n: number]) => n },
  source: "covariance / variance of highs' of the last n returns from bar to bar, 0 if highs do not move (TA-Lib BETA)",
  start: ([n]: [n: number]): BetaState => ({
    hasPrevious: false,
    previousHigh: 0,
    previousLow: 0,
    returns: startCoMoments(n),
  }),
  update(state: BetaState, { high, low }) {
    if (state.hasPrevious)
      addToCoMoments(state.returns, relativeChange(high, state.previousHigh), relativeChange(low, state.previousLow))
    state.hasPrevious = true
    state.previousHigh = high
    state.previousLow = low
  },
  read: ({ returns: { isFull, squaresX, products } }) => ({
    value: isFull ? (squaresX === 0 ? 0 : products / squaresX) : null,
  }),
})

type BetaState = {
  hasPrevious: boolean
  previousHigh: number
  previousLow: number
  readonly returns: SlidingCoMoments
}
