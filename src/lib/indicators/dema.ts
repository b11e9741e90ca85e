import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToChain, isChainSeeded, type SmoothedAverage, startEmaChain } from './smoothed-average.ts'

/** Double exponential moving average. */
export const dema = defineIndicator({
  name: 'dema',
  title: 'double exponential moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => 2 * (n - 1) },
  source: 'Mulloy 1994: 2*e1 - e2, each EMA seeded from its own input (TA-Lib DEMA)',
  start: ([n]: [n: number]) => startEmaChain(n, 2),
  update: (state: SmoothedAverage[], bar) => addToChain(state, bar.close),
  read(state) {
    if (!isChainSeeded(state)) return { value: null }
    const [e1, e2] = state as [SmoothedAverage, SmoothedAverage]
    return { value: 2 * e1.value - e2.value }
  },
})
