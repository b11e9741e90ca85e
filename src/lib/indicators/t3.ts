import { defineIndicator } from './indicator.ts'
import { factor, period } from './parameters.ts'
import { addToChain, isChainSeeded, type SmoothedAverage, startEmaChain } from './smoothed-average.ts'

/** Tillson's T3: three generalised double EMAs in a row. */
export const t3 = defineIndicator({
  name: 't3',
  title: "Tillson's T3 moving average",
  params: [period('period', 1, 5), factor('vfactor', 0, 1, 0.7)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number, v: number]) => 6 * (n - 1) },
  source: 'Tillson 1998: c1*e6 + c2*e5 + c3*e4 + c4*e3 (TA-Lib T3)',
  start: ([n, v]: [n: number, v: number]): T3State => ({ chain: startEmaChain(n, 6), factors: factorsOf(v) }),
  update: (state: T3State, bar) => addToChain(state.chain, bar.close),
  read({ chain, factors }) {
    if (!isChainSeeded(chain)) return { value: null }
    const [, , e3, e4, e5, e6] = chain as [Ema, Ema, Ema, Ema, Ema, Ema]
    const [c1, c2, c3, c4] = factors
    return { value: c1 * e6.value + c2 * e5.value + c3 * e4.value + c4 * e3.value }
  },
})

type Ema = SmoothedAverage
type T3State = { readonly chain: SmoothedAverage[]; readonly factors: readonly [number, number, number, number] }

const factorsOf = (v: number): T3State['factors'] => [
  -(v ** 3),
  3 * v ** 2 + 3 * v ** 3,
  -6 * v ** 2 - 3 * v - 3 * v ** 3,
  1 + 3 * v + v ** 3 + 3 * v ** 2,
]
