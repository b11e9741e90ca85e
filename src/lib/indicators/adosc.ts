import { addToTotal, type CompensatedSum, startTotal, totalOf } from './compensated-sum.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { fastBelowSlow } from './two-averages.ts'
import { closeLocation } from './typical-price.ts'

type Params = [fast: number, slow: number]

/** Chaikin oscillator. */
export const adosc = defineIndicator({
  name: 'adosc',
  title: 'Chaikin oscillator',
  params: [period('fast', 1, 3), period('slow', 2, 10)],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: ([, slow]: Params) => slow - 1 },
  source:
    'Chaikin: EMA(fast) - EMA(slow) of the accumulation/distribution line, both seeded with its first value (TA-Lib ADOSC)',
  conflict: ([fast, slow]: Params) => fastBelowSlow(fast, slow),
  start: ([fast, slow]: Params): AdoscState => ({
    barsBefore: slow,
    total: startTotal(),
    fastWeight: 2 / (fast + 1),
    slowWeight: 2 / (slow + 1),
    isFirst: true,
    fast: 0,
    slow: 0,
  }),
  update(state: AdoscState, bar) {
    addToTotal(state.total, closeLocation(bar) * bar.volume)
    const line = totalOf(state.total)
    state.fast = state.isFirst ? line : state.fast + state.fastWeight * (line - state.fast)
    state.slow = state.isFirst ? line : state.slow + state.slowWeight * (line - state.slow)
    state.isFirst = false
    if (state.barsBefore > 0) state.barsBefore--
  },
  read: ({ barsBefore, fast, slow }) => ({ value: barsBefore > 0 ? null : fast - slow }),
})

type AdoscState = {
  barsBefore: number
  readonly total: CompensatedSum
  readonly fastWeight: number
  readonly slowWeight: number
  isFirst: boolean
  fast: number
  slow: number
}
