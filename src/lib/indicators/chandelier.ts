import { addToHighLow, type HighLowWindow, highestOf, lowestOf, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { isSeeded } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'

type Params = [n: number, mult: number]

const first = ([n]: Params) => n

/** Chandelier exit: stops that hang from the extreme. */
export const chandelier = defineIndicator({
  name: 'chandelier',
  title: 'chandelier exit',
  params: [period('period', 1, 22), multiple('mult', 3)],
  reads: ['high', 'low', 'close'],
  outputs: { long: first, short: first },
  source: 'Le Beau: long = highest high - mult * ATR, short = lowest low + mult * ATR, all of n bars',
  start: ([n, mult]: Params): ChandelierState => ({ mult, window: startHighLow(n), ranges: startAverageRange(n) }),
  update({ window, ranges }: ChandelierState, { high, low, close }) {
    addToHighLow(window, high, low)
    addToRange(ranges, high, low, close)
  },
  read: ({ mult, window, ranges: { range } }) =>
    isSeeded(range)
      ? { long: highestOf(window) - mult * range.value, short: lowestOf(window) + mult * range.value }
      : { long: null, short: null },
})

type ChandelierState = { readonly mult: number; readonly window: HighLowWindow; readonly ranges: AverageRange }
