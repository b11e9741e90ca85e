import { defineIndicator } from './indicator.ts'
import { addToMoving, averageKind, type MovingAverage, movingOrNull, startMoving } from './moving-average.ts'
import { period } from './parameters.ts'
import { fastBelowSlow } from './two-averages.ts'

type Params = [fast: number, slow: number, ma: number]

/** Absolute price oscillator. */
export const apo = defineIndicator({
  name: 'apo',
  title: 'absolute price oscillator',
  params: [period('fast', 1, 12), period('slow', 2, 26), averageKind('ema')],
  reads: ['close'],
  outputs: { value: ([, slow]: Params) => slow - 1 },
  source: 'fast average - slow average, each seeded at its own first bars (TA-Lib APO)',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow, ma]: Params): ApoState => ({ fast: startMoving(fast, ma), slow: startMoving(slow, ma) }),
  update({ fast, slow }: ApoState, { close }) {
    addToMoving(fast, close)
    addToMoving(slow, close)
  },
  read(state) {
    const slow = movingOrNull(state.slow)
    const fast = movingOrNull(state.fast)
    return { value: slow === null || fast === null ? null : fast - slow }
  },
})

type ApoState = { readonly fast: MovingAverage; readonly slow: MovingAverage }
