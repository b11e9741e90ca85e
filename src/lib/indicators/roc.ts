import { addToChange, type ChangeOver, hasChange, relativeChange, startChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Rate of change over n bars, in percent. */
export const roc = defineIndicator({
  name: 'roc',
  title: 'rate of change, percent',
  params: [period('period', 1, 10)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  source: '100 * (close / close of n bars ago - 1), 0 if that was 0 (TA-Lib ROC)',
  start: ([n]: [n: number]) => startChange(n),
  update: (state: ChangeOver, bar) => addToChange(state, bar.close),
  read: (state) => ({ value: hasChange(state) ? 100 * relativeChange(state.now, state.earlier) : null }),
})
