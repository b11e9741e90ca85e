import { defineIndicator, type Param, period } from './indicator.ts'
import { addToMoments, type SlidingMoments, startMoments } from './sliding-moments.ts'

type BollingerParams = [n: number, upper: number, lower: number]

const deviations = (name: string, preset: Param['default']): Param => ({
  name,
  min: 0.01,
  max: 100,
  isWhole: false,
  default: preset,
})
const first = ([n]: BollingerParams) => n - 1

/** Bollinger bands of the close. The bands may have different widths: `bollinger(20,2)` is `bollinger(20,2,2)`. */
export const bollinger = defineIndicator({
  name: 'bollinger',
  topic: 'indicator.bollinger.v1',
  params: [period('period', 2, 20), deviations('upper', 2), deviations('lower', 'previous')],
  outputs: { upper: first, middle: first, lower: first },
  source: 'Bollinger: mean of n closes +/- deviations * population standard deviation (TA-Lib BBANDS)',
  shorten: ([n, upper, lower]: BollingerParams) => (lower === upper ? [n, upper] : [n, upper, lower]),
  start: ([n, upper, lower]: BollingerParams): BollingerState => ({ upper, lower, closes: startMoments(n) }),
  update: (state: BollingerState, bar) => addToMoments(state.closes, bar.close),
  payload({ instrument, interval, key }, { upper, lower, closes }) {
    if (!closes.isFull) return { instrument, interval, key, upper: null, middle: null, lower: null }
    const middle = closes.mean
    const deviation = Math.sqrt(closes.squares / closes.size)
    return { instrument, interval, key, upper: middle + upper * deviation, middle, lower: middle - lower * deviation }
  },
})

type BollingerState = { readonly upper: number; readonly lower: number; readonly closes: SlidingMoments }
