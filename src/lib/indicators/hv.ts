import { defineIndicator } from './indicator.ts'
import { factor, period } from './parameters.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'
import { noPreviousClose, type PreviousClose } from './true-range.ts'

type Params = [n: number, periodsPerYear: number]

/** Historical volatility: annualised deviation of log returns, as a fraction. */
export const hv = defineIndicator({
  name: 'hv',
  title: 'historical volatility',
  params: [period('period', 2, 20), factor('periodsPerYear', 0, 100_000_000, 252)],
  reads: ['close'],
  outputs: { value: ([n]: Params) => n },
  bounds: { value: [0, Number.POSITIVE_INFINITY] },
  undefinedWhen: 'one of the last n+1 closes is not above 0',
  source: 'sample deviation (n-1) of n log returns * sqrt(periods per year) (R TTR volatility)',
  start: ([n, perYear]: Params): HvState => ({
    ...noPreviousClose(),
    annual: perYear,
    barsSinceFault: n,
    returns: startMoments(n),
  }),
  update(state: HvState, { close }) {
    if (state.hasPrevious) {
      const isGood = close > 0 && state.previousClose > 0
      addToMoments(state.returns, isGood ? Math.log(close / state.previousClose) : 0)
      state.barsSinceFault = isGood ? Math.min(state.barsSinceFault + 1, state.returns.size) : 0
    }
    state.hasPrevious = true
    state.previousClose = close
  },
  read: ({ annual, barsSinceFault, returns: { isFull, squares, size } }) => ({
    value: isFull && barsSinceFault === size ? Math.sqrt((squares / (size - 1)) * annual) : null,
  }),
})

type HvState = PreviousClose & { readonly annual: number; barsSinceFault: number; readonly returns: SlidingMoments }
