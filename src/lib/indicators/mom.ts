import { addToChange, type ChangeOver, hasChange, startChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

/** Momentum: the change over n bars. */
export const mom = defineIndicator({
  name: 'mom',
  title: 'momentum',
  params: [period('period', 1, 10)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  source: 'close - close of n bars ago (TA-Lib MOM)',
  start: ([n]: [n: number]) => startChange(n),
  update: (state: ChangeOver, bar) => addToChange(state, bar.close),
  read: (state) => ({ value: hasChange(state) ? state.now - state.earlier : null }),
})
