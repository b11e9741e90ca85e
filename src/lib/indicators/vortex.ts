import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'
import { noPreviousClose, type PreviousClose, trueRange } from './true-range.ts'

const first = ([n]: [n: number]) => n

/** Vortex indicator. */
export const vortex = defineIndicator({
  name: 'vortex',
  title: 'vortex indicator',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { plus: first, minus: first },
  bounds: { plus: [0, Number.POSITIVE_INFINITY], minus: [0, Number.POSITIVE_INFINITY] },
  source: "Botes and Siepman 2010: sum|h-l'| / sum TR and sum|l-h'| / sum TR, 0 without range",
  start: ([n]: [n: number]): VortexState => ({
    ...noPreviousClose(),
    previousHigh: 0,
    previousLow: 0,
    plus: startSum(n),
    minus: startSum(n),
    range: startSum(n),
  }),
  update(state: VortexState, { high, low, close }) {
    if (state.hasPrevious) {
      addToSum(state.plus, Math.abs(high - state.previousLow))
      addToSum(state.minus, Math.abs(low - state.previousHigh))
      addToSum(state.range, trueRange(high, low, state.previousClose))
    }
    state.hasPrevious = true
    state.previousHigh = high
    state.previousLow = low
    state.previousClose = close
  },
  read({ plus, minus, range }) {
    if (!range.isFull) return { plus: null, minus: null }
    return range.sum === 0 ? { plus: 0, minus: 0 } : { plus: plus.sum / range.sum, minus: minus.sum / range.sum }
  },
})

type VortexState = PreviousClose & {
  previousHigh: number
  previousLow: number
  readonly plus: SlidingSum
  readonly minus: SlidingSum
  readonly range: SlidingSum
}
