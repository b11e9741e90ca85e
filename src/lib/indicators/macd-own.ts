import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { fastBelowSlow } from './two-averages.ts'

type Params = [fast: number, slow: number, signal: number]

const first = ([, slow, signal]: Params) => slow + signal - 2

/** MACD whose fast average is seeded at its own first bars; it converges to `macd`. */
export const macdOwn = defineIndicator({
  name: 'macd_own',
  title: 'MACD, averages seeded on their own',
  params: [period('fast', 1, 12), period('slow', 2, 26), period('signal', 1, 9)],
  reads: ['close'],
  outputs: { macd: first, signal: first, histogram: first },
  source: 'Appel: ema(fast) - ema(slow), each first valued at its own bar (LEAN, R TTR, pandas-ta)',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow, signal]: Params): MacdState => ({
    fast: startEma(fast),
    slow: startEma(slow),
    signal: startEma(signal),
  }),
  update({ fast, slow, signal }: MacdState, { close }) {
    addToAverage(fast, close)
    addToAverage(slow, close)
    if (isSeeded(slow)) addToAverage(signal, fast.value - slow.value)
  },
  read({ fast, slow, signal }) {
    if (!isSeeded(signal)) return { macd: null, signal: null, histogram: null }
    const line = fast.value - slow.value
    return { macd: line, signal: signal.value, histogram: line - signal.value }
  },
})

type MacdState = { readonly fast: SmoothedAverage; readonly slow: SmoothedAverage; readonly signal: SmoothedAverage }
