import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'
import { typicalPrice } from './typical-price.ts'

type Params = [emaPeriod: number, atrPeriod: number, mult: number]

const first = ([n, a]: Params) => Math.max(n - 1, a)

/** Keltner channel of an EMA and an ATR that are each seeded at their own earliest bar. */
export const keltnerOwn = defineIndicator({
  name: 'keltner_own',
  title: 'Keltner channel, legs seeded on their own',
  params: [period('emaPeriod', 1, 20), period('atrPeriod', 1, 10), multiple('mult', 2)],
  reads: ['high', 'low', 'close'],
  outputs: { upper: first, middle: first, lower: first },
  ascending: [['lower', 'middle', 'upper']],
  source: 'EMA of typical prices +/- mult * ATR, each seeded at its own first bars (R TTR keltnerChannels)',
  start: ([n, a, mult]: Params): KeltnerState => ({ mult, prices: startEma(n), ranges: startAverageRange(a) }),
  update({ prices, ranges }: KeltnerState, bar) {
    addToAverage(prices, typicalPrice(bar))
    addToRange(ranges, bar.high, bar.low, bar.close)
  },
  read: ({ mult, prices, ranges }) =>
    isSeeded(prices) && isSeeded(ranges.range)
      ? {
          upper: prices.value + mult * ranges.range.value,
          middle: prices.value,
          lower: prices.value - mult * ranges.range.value,
        }
      : { upper: null, middle: null, lower: null },
})

type KeltnerState = { readonly mult: number; readonly prices: SmoothedAverage; readonly ranges: AverageRange }
