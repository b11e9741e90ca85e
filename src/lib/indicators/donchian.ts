import {
  addToHighLow,
  type HighLowWindow,
  hasHighLow,
  highestOf,
  lowestOf,
  middleOf,
  startHighLow,
} from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

const first = ([n]: [n: number]) => n - 1

/** Donchian channel, the newest bar included. */
export const donchian = defineIndicator({
  name: 'donchian',
  title: 'Donchian channel',
  params: [period('period', 1, 20)],
  reads: ['high', 'low'],
  outputs: { upper: first, middle: first, lower: first },
  ascending: [
    ['lower', 'middle', 'upper'],
    ['lower', 'bar.low'],
    ['bar.high', 'upper'],
  ],
  source: 'highest high and lowest low of the last n bars, the newest included; the middle is their mean',
  start: ([n]: [n: number]) => startHighLow(n),
  update: (state: HighLowWindow, bar) => addToHighLow(state, bar.high, bar.low),
  read: (state) =>
    hasHighLow(state)
      ? { upper: highestOf(state), middle: middleOf(state), lower: lowestOf(state) }
      : { upper: null, middle: null, lower: null },
})
