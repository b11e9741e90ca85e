import { relativeChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { addToMoving, averageKind, type MovingAverage, movingOrNull, startMoving } from './moving-average.ts'
import { period } from './parameters.ts'
import { fastBelowSlow } from './two-averages.ts'

type Params = [fast: number, slow: number, ma: number]

/** Percentage price oscillator. */
export const ppo = defineIndicator({
  name: 'ppo',
  title: 'percentage price oscillator',
  params: [period('fast', 1, 12), period('slow', 2, 26), averageKind('ema')],
  reads: ['close'],
  outputs: { value: ([, slow]: Params) => slow - 1 },
  source:
    '100 * (fast average / slow average - 1), each seeded at its own first bars, 0 if the slow one is 0 (TA-Lib PPO)',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow, ma]: Params): PpoState => ({ fast: startMoving(fast, ma), slow: startMoving(slow, ma) }),
  update({ fast, slow }: PpoState, { close }) {
    addToMoving(fast, close)
    addToMoving(slow, close)
  },
  read(state) {
    const slow = movingOrNull(state.slow)
    const fast = movingOrNull(state.fast)
    return { value: slow === null || fast === null ? null : 100 * relativeChange(fast, slow) }
  },
})

type PpoState = { readonly fast: MovingAverage; readonly slow: MovingAverage }
