import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToStochastic, hasStochastic, type RawStochastic, startStochasticOfRsi } from './raw-stochastic.ts'
import { addToGains, type GainsAndLosses, hasGains, relativeStrength, startGains } from './relative-strength.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

type Params = [rsiPeriod: number, stochPeriod: number, kSmooth: number, dSmooth: number]

/** Slow stochastic of the relative strength index, 0 to 100; each output starts at its own bar. */
export const stochrsiKd = defineIndicator({
  name: 'stochrsi_kd',
  title: 'stochastic RSI, smoothed',
  params: [period('rsiPeriod', 1, 14), period('stochPeriod', 1, 14), period('kSmooth', 1, 3), period('dSmooth', 1, 3)],
  reads: ['close'],
  outputs: {
    k: ([n, m, k]: Params) => n + m + k - 2,
    d: ([n, m, k, d]: Params) => n + m + k + d - 3,
  },
  bounds: { k: [0, 100], d: [0, 100] },
  source: 'k = SMA of the stochastic of the RSI, d = SMA of k (TradingView, LEAN)',
  start: ([n, m, k, d]: Params): StochrsiState => ({
    rsi: startGains(n),
    raw: startStochasticOfRsi(m),
    k: startMean(k),
    d: startMean(d),
  }),
  update({ rsi, raw, k, d }: StochrsiState, { close }) {
    addToGains(rsi, close)
    if (!hasGains(rsi)) return
    const strength = relativeStrength(rsi)
    addToStochastic(raw, strength, strength, strength)
    if (hasStochastic(raw)) addToMean(k, raw.value)
    if (k.isFull) addToMean(d, k.mean)
  },
  read: ({ k, d }) => ({ k: k.isFull ? k.mean : null, d: d.isFull ? d.mean : null }),
})

type StochrsiState = {
  readonly rsi: GainsAndLosses
  readonly raw: RawStochastic
  readonly k: SlidingMean
  readonly d: SlidingMean
}
