import { addToHighLow, type HighLowWindow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'
import { noPreviousClose, type PreviousClose, trueRange } from './true-range.ts'

/** Choppiness index: near 100 sideways, near 0 in a trend. */
export const chop = defineIndicator({
  name: 'chop',
  title: 'choppiness index',
  params: [period('period', 2, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { value: ([n]: [n: number]) => n },
  undefinedWhen: 'the n bars have no range',
  source: 'Dreiss: 100 * log10(sum TR / (HH-LL)) / log10(n) (LEAN)',
  start: ([n]: [n: number]): ChopState => ({ ...noPreviousClose(), window: startHighLow(n), ranges: startSum(n) }),
  update(state: ChopState, { high, low, close }) {
    addToHighLow(state.window, high, low)
    if (state.hasPrevious) addToSum(state.ranges, trueRange(high, low, state.previousClose))
    state.hasPrevious = true
    state.previousClose = close
  },
  read({ window, ranges: { isFull, sum, size } }) {
    if (!isFull) return { value: null }
    const range = highestOf(window) - lowestOf(window)
    return { value: range === 0 ? null : (100 * Math.log10(sum / range)) / Math.log10(size) }
  },
})

type ChopState = PreviousClose & { readonly window: HighLowWindow; readonly ranges: SlidingSum }
