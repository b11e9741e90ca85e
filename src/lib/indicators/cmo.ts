import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToGains, type GainsAndLosses, hasGains, startGains } from './relative-strength.ts'

/** Chande momentum oscillator, -100 to 100, with Wilder's smoothing. */
export const cmo = defineIndicator({
  name: 'cmo',
  title: 'Chande momentum oscillator',
  params: [period('period', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  bounds: { value: [-100, 100] },
  source: '100*(g-l)/(g+l), g and l Wilder averages of gains and losses, 0 if both are 0 (TA-Lib CMO)',
  start: ([n]: [n: number]) => startGains(n),
  update: (state: GainsAndLosses, bar) => addToGains(state, bar.close),
  read: (state) => ({ value: hasGains(state) ? balance(state.gain.value, state.loss.value) : null }),
})

const balance = (gain: number, loss: number): number => (gain + loss === 0 ? 0 : 100 * ((gain - loss) / (gain + loss)))
