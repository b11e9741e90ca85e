import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

type Params = [n: number, up: number, down: number]

const first = ([n]: Params) => n - 1

/** Bollinger bands. The bands may have different widths: `bollinger(20,2)` is `bollinger(20,2,2)`. */
export const bollinger = defineIndicator({
  name: 'bollinger',
  title: 'Bollinger bands',
  params: [period('period', 1, 20), multiple('nbdevUp', 2), multiple('nbdevDn', 'previous')],
  reads: ['close'],
  outputs: { upper: first, middle: first, lower: first, bandwidth: first, percentB: first },
  ascending: [['lower', 'middle', 'upper']],
  undefinedWhen: 'bandwidth: the middle is 0; percentB: the bands meet',
  source: 'Bollinger: mean of n closes +/- deviations * population standard deviation (TA-Lib BBANDS)',
  shorten: ([n, up, down]: Params) => (down === up ? [n, up] : [n, up, down]),
  start: ([n, up, down]: Params): BollingerState => ({ up, down, close: 0, closes: startMoments(n) }),
  update(state: BollingerState, { close }) {
    state.close = close
    addToMoments(state.closes, close)
  },
  read({ up, down, close, closes }) {
    if (!closes.isFull) return { upper: null, middle: null, lower: null, bandwidth: null, percentB: null }
    const middle = closes.mean
    const deviation = Math.sqrt(closes.squares / closes.size)
    const lower = middle - down * deviation
    const width = (up + down) * deviation
    return {
      upper: middle + up * deviation,
      middle,
      lower,
      bandwidth: middle === 0 ? null : width / middle + 0,
      percentB: width === 0 ? null : (close - lower) / width,
    }
  },
})

type BollingerState = { readonly up: number; readonly down: number; close: number; readonly closes: SlidingMoments }
