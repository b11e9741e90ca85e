import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToStochastic, hasStochastic, type RawStochastic, startStochastic } from './raw-stochastic.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'

type Params = [fastk: number, fastd: number]

const first = ([fastk, fastd]: Params) => fastk + fastd - 2

/** Fast stochastic, 0 to 100; both outputs start together. */
export const stochf = defineIndicator({
  name: 'stochf',
  title: 'fast stochastic',
  params: [period('fastk', 1, 5), period('fastd', 1, 3)],
  reads: ['high', 'low', 'close'],
  outputs: { k: first, d: first },
  bounds: { k: [0, 100], d: [0, 100] },
  source: 'Lane: k = 100*(c-LL)/(HH-LL), 0 without range; d = SMA of k (TA-Lib STOCHF)',
  start: ([fastk, fastd]: Params): StochfState => ({ k: startStochastic(fastk), d: startMean(fastd) }),
  update({ k, d }: StochfState, { high, low, close }) {
    addToStochastic(k, high, low, close)
    if (hasStochastic(k)) addToMean(d, k.value)
  },
  read: ({ k, d }) => (d.isFull ? { k: k.value, d: d.mean } : { k: null, d: null }),
})

type StochfState = { readonly k: RawStochastic; readonly d: SlidingMean }
