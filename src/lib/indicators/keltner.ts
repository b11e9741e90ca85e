import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'
import { typicalPrice } from './typical-price.ts'

type Params = [emaPeriod: number, atrPeriod: number, mult: number]

const first = ([n, a]: Params) => Math.max(n - 1, a)

/** Keltner channel, both legs seeded on the bar of the first value. */
export const keltner = defineIndicator({
  name: 'keltner',
  title: 'Keltner channel',
  params: [period('emaPeriod', 1, 20), period('atrPeriod', 1, 10), multiple('mult', 2)],
  reads: ['high', 'low', 'close'],
  outputs: { upper: first, middle: first, lower: first },
  ascending: [['lower', 'middle', 'upper']],
  source:
    'Keltner as Raschke has it: EMA of typical prices +/- mult * ATR, both legs seeded so that they start together (TA-Lib KC)',
  start: ([n, a, mult]: Params): KeltnerState => ({
    mult,
    barsBeforePrices: Math.max(n - 1, a) - (n - 1),
    barsBeforeRanges: Math.max(n - 1, a) - a,
    prices: startEma(n),
    ranges: startAverageRange(a),
  }),
  update(state: KeltnerState, bar) {
    if (state.barsBeforePrices > 0) state.barsBeforePrices--
    else addToAverage(state.prices, typicalPrice(bar))
    if (state.barsBeforeRanges > 0) state.barsBeforeRanges--
    else addToRange(state.ranges, bar.high, bar.low, bar.close)
  },
  read: ({ mult, prices, ranges }) =>
    isSeeded(prices)
      ? {
          upper: prices.value + mult * ranges.range.value,
          middle: prices.value,
          lower: prices.value - mult * ranges.range.value,
        }
      : { upper: null, middle: null, lower: null },
})

type KeltnerState = {
  readonly mult: number
  barsBeforePrices: number
  barsBeforeRanges: number
  readonly prices: SmoothedAverage
  readonly ranges: AverageRange
}
