import { defineIndicator, period } from './indicator.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'

type MacdParams = [fast: number, slow: number, signal: number]

const first = ([, slow, signal]: MacdParams) => slow + signal - 2

/** Moving average convergence/divergence of the close; its three outputs start together. */
export const macd = defineIndicator({
  name: 'macd',
  topic: 'indicator.macd.v1',
  params: [period('fast', 1, 12), period('slow', 2, 26), period('signal', 1, 9)],
  outputs: { macd: first, signal: first, histogram: first },
  source: 'Appel: ema(fast) - ema(slow), both first valued at bar slow-1; signal = ema of it (TA-Lib MACD)',
  conflict: ([fast, slow]: MacdParams) => (fast < slow ? null : `fast (${fast}) has to be smaller than slow (${slow})`),
  start: ([fast, slow, signal]: MacdParams): MacdState => ({
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
  payload({ instrument, interval, key }, state) {
    if (!isSeeded(state.signal)) return { instrument, interval, key, macd: null, signal: null, histogram: null }
    const line = state.fast.value - state.slow.value
    const signal = state.signal.value
    return { instrument, interval, key, macd: line, signal, histogram: line - signal }
  },
})

type MacdState = { barsBeforeFast: number; fast: SmoothedAverage; slow: SmoothedAverage; signal: SmoothedAverage }
