import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToGains, type GainsAndLosses, hasGains, relativeStrength, startGains } from './relative-strength.ts'

/** Relative strength index, 0 to 100. */
export const rsi = defineIndicator({
  name: 'rsi',
  title: 'relative strength index',
  params: [period('period', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  bounds: { value: [0, 100] },
  source: 'Wilder 1978: 100*g/(g+l), g and l Wilder averages of gains and losses, 0 if both are 0 (TA-Lib RSI)',
  start: ([n]: [n: number]) => startGains(n),
  update: (state: GainsAndLosses, bar) => addToGains(state, bar.close),
  read: (state) => ({ value: hasGains(state) ? relativeStrength(state) : null }),
})
