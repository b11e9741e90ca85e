import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToStochastic, hasStochastic, type RawStochastic, startStochastic } from './raw-stochastic.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

type Params = [fastk: number, slowk: number, slowd: number]

const first = ([fastk, slowk, slowd]: Params) => fastk + slowk + slowd - 3

/** Slow stochastic, 0 to 100; both outputs start together. */
export const stoch = defineIndicator({
  name: 'stoch',
  title: 'slow stochastic',
  params: [period('fastk', 1, 14), period('slowk', 1, 3), period('slowd', 1, 3)],
  reads: ['high', 'low', 'close'],
  outputs: { k: first, d: first },
  bounds: { k: [0, 100], d: [0, 100] },
  source: 'Lane: k = SMA of 100*(c-LL)/(HH-LL), 0 without range; d = SMA of k (TA-Lib STOCH)',
  start: ([fastk, slowk, slowd]: Params): StochState => ({
    raw: startStochastic(fastk),
    k: startMean(slowk),
    d: startMean(slowd),
  }),
  update({ raw, k, d }: StochState, { high, low, close }) {
    addToStochastic(raw, high, low, close)
    if (hasStochastic(raw)) addToMean(k, raw.value)
    if (k.isFull) addToMean(d, k.mean)
  },
  read: ({ k, d }) => (d.isFull ? { k: k.mean, d: d.mean } : { k: null, d: null }),
})

type StochState = { readonly raw: RawStochastic; readonly k: SlidingMean; readonly d: SlidingMean }
