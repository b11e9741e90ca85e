import { relativeChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToChain, isChainSeeded, type SmoothedAverage, startEmaChain } from './smoothed-average.ts'

/** Rate of change of a triple-smoothed average, in percent. */
export const trix = defineIndicator({
  name: 'trix',
  title: 'TRIX',
  params: [period('period', 1, 15)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => 3 * (n - 1) + 1 },
  source: 'Hutson: change from bar to bar, in percent, of EMA(EMA(EMA(close))) (TA-Lib TRIX)',
  start: ([n]: [n: number]): TrixState => ({
    chain: startEmaChain(n, 3),
    hasPrevious: false,
    previous: 0,
    value: null,
  }),
  update(state: TrixState, { close }) {
    addToChain(state.chain, close)
    if (!isChainSeeded(state.chain)) return
    const smoothed = (state.chain[2] as SmoothedAverage).value
    if (state.hasPrevious) state.value = 100 * relativeChange(smoothed, state.previous)
    state.hasPrevious = true
    state.previous = smoothed
  },
  read: ({ value }) => ({ value }),
})

type TrixState = { readonly chain: SmoothedAverage[]; hasPrevious: boolean; previous: number; value: number | null }
