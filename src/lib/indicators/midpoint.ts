import { addToHighLow, type HighLowWindow, middleOrNull, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Middle of the range of n closes. */
export const midpoint = defineIndicator({
  name: 'midpoint',
  title: 'middle of the range of closes',
  params: [period('period', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  source: '(highest close + lowest close) / 2 of the last n bars (TA-Lib MIDPOINT)',
  start: ([n]: [n: number]) => startHighLow(n),
  update: (state: HighLowWindow, bar) => addToHighLow(state, bar.close, bar.close),
  read: (state) => ({ value: middleOrNull(state) }),
})
