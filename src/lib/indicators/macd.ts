import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { fastBelowSlow } from './two-averages.ts'

type Params = [fast: number, slow: number, signal: number]

const first = ([, slow, signal]: Params) => slow + signal - 2

/** Moving average convergence/divergence; its three outputs start together. */
export const macd = defineIndicator({
  name: 'macd',
  title: 'moving average convergence/divergence',
  params: [period('fast', 1, 12), period('slow', 2, 26), period('signal', 1, 9)],
  reads: ['close'],
  outputs: { macd: first, signal: first, histogram: first },
  source: 'Appel: ema(fast) - ema(slow), both first valued at bar slow-1; signal = ema of it (TA-Lib MACD)',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow, signal]: Params): MacdState => ({
    barsBeforeFast: slow - fast,
    fast: startEma(fast),
    slow: startEma(slow),
    signal: startEma(signal),
  }),
  update(state: MacdState, { close }) {
    if (state.barsBeforeFast > 0) state.barsBeforeFast--
    else addToAverage(state.fast, close)
    addToAverage(state.slow, close)
    if (isSeeded(state.slow)) addToAverage(state.signal, state.fast.value - state.slow.value)
  },
  read({ fast, slow, signal }) {
    if (!isSeeded(signal)) return { macd: null, signal: null, histogram: null }
    const line = fast.value - slow.value
    return { macd: line, signal: signal.value, histogram: line - signal.value }
  },
})

type MacdState = { barsBeforeFast: number; fast: SmoothedAverage; slow: SmoothedAverage; signal: SmoothedAverage }
