import { addToChange, type ChangeOver, hasChange, relativeChange, startChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Rate of change over n bars, as a fraction. */
export const rocp = defineIndicator({
  name: 'rocp',
  title: 'rate of change, fraction',
  params: [period('period', 1, 10)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  source: 'close / close of n bars ago - 1, 0 if that was 0 (TA-Lib ROCP)',
  start: ([n]: [n: number]) => startChange(n),
  update: (state: ChangeOver, bar) => addToChange(state, bar.close),
  read: (state) => ({ value: hasChange(state) ? relativeChange(state.now, state.earlier) : null }),
})
