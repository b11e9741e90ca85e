import { addToHighLow, type HighLowWindow, middleOrNull, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Middle of the range of n bars. */
export const midprice = defineIndicator({
  name: 'midprice',
  title: 'middle of the range of bars',
  params: [period('period', 1, 14)],
  reads: ['high', 'low'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: '(highest high + lowest low) / 2 of the last n bars (TA-Lib MIDPRICE)',
  start: ([n]: [n: number]) => startHighLow(n),
  update: (state: HighLowWindow, bar) => addToHighLow(state, bar.high, bar.low),
  read: (state) => ({ value: middleOrNull(state) }),
})
