import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToChain, isChainSeeded, type SmoothedAverage, startEmaChain } from './smoothed-average.ts'

/** Triple exponential moving average. */
export const tema = defineIndicator({
  name: 'tema',
  title: 'triple exponential moving average',
  params: [period('period', 1)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => 3 * (n - 1) },
  source: 'Mulloy 1994: 3*e1 - 3*e2 + e3, each EMA seeded from its own input (TA-Lib TEMA)',
  start: ([n]: [n: number]) => startEmaChain(n, 3),
  update: (state: SmoothedAverage[], bar) => addToChain(state, bar.close),
  read(state) {
    if (!isChainSeeded(state)) return { value: null }
    const [e1, e2, e3] = state as [SmoothedAverage, SmoothedAverage, SmoothedAverage]
    return { value: 3 * (e1.value - e2.value) + e3.value }
  },
})
