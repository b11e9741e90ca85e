import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToStochastic, hasStochastic, type RawStochastic, startStochasticOfRsi } from './raw-stochastic.ts'
import { addToGains, type GainsAndLosses, hasGains, relativeStrength, startGains } from './relative-strength.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

type Params = [period: number, fastk: number, fastd: number]

const first = ([n, fastk, fastd]: Params) => n + fastk + fastd - 2

/** Fast stochastic of the relative strength index, 0 to 100. */
export const stochrsi = defineIndicator({
  name: 'stochrsi',
  title: 'stochastic RSI, fast',
  params: [period('period', 1, 14), period('fastk', 1, 5), period('fastd', 1, 3)],
  reads: ['close'],
  outputs: { k: first, d: first },
  bounds: { k: [0, 100], d: [0, 100] },
  source: 'Chande and Kroll 1994: fast stochastic of the RSI (TA-Lib STOCHRSI)',
  start: ([n, fastk, fastd]: Params): StochrsiState => ({
    rsi: startGains(n),
    k: startStochasticOfRsi(fastk),
    d: startMean(fastd),
  }),
  update({ rsi, k, d }: StochrsiState, { close }) {
    addToGains(rsi, close)
    if (!hasGains(rsi)) return
    const strength = relativeStrength(rsi)
    addToStochastic(k, strength, strength, strength)
    if (hasStochastic(k)) addToMean(d, k.value)
  },
  read: ({ k, d }) => (d.isFull ? { k: k.value, d: d.mean } : { k: null, d: null }),
})

type StochrsiState = { readonly rsi: GainsAndLosses; readonly k: RawStochastic; readonly d: SlidingMean }
