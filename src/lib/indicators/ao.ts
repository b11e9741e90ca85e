import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'
import { fastBelowSlow } from './two-averages.ts'

type Params = [fast: number, slow: number]

/** Awesome oscillator. */
export const ao = defineIndicator({
  name: 'ao',
  title: 'awesome oscillator',
  params: [period('fast', 1, 5), period('slow', 2, 34)],
  reads: ['high', 'low'],
  outputs: { value: ([, slow]: Params) => slow - 1 },
  source: 'Williams: SMA(fast) - SMA(slow) of (high+low)/2',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow]: Params): AoState => ({ fast: startMean(fast), slow: startMean(slow) }),
  update({ fast, slow }: AoState, { high, low }) {
    const middle = (high + low) / 2
    addToMean(fast, middle)
    addToMean(slow, middle)
  },
  read: ({ fast, slow }) => ({ value: slow.isFull ? fast.mean - slow.mean : null }),
})

type AoState = { readonly fast: SlidingMean; readonly slow: SlidingMean }
