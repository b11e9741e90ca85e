import { type Delay, hasDelayed, passThrough, startDelay } from './delay.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'

/** Kaufman's adaptive moving average: fast where the market has a direction, slow where it has none. */
export const kama = defineIndicator({
  name: 'kama',
  title: "Kaufman's adaptive moving average",
  params: [period('period', 1, 10)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n },
  source:
    'Kaufman: efficiency |c-c[n]|/sum|dc|, 1 if the sum is 0; weight (efficiency*(2/3-2/31)+2/31)^2; starts from c[n-1] (TA-Lib KAMA)',
  start: ([n]: [n: number]): KamaState => ({ before: startDelay(n), moves: startSum(n), previous: 0, value: 0 }),
  update(state: KamaState, { close }) {
    const before = passThrough(state.before, close)
    if (state.before.count > 1) addToSum(state.moves, Math.abs(close - state.previous))
    if (hasDelayed(state.before)) {
      const path = state.moves.sum
      const efficiency = path === 0 ? 1 : Math.min(1, Math.abs(close - before) / path)
      const weight = (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2
      state.value = state.value + weight * (close - state.value)
    } else state.value = close
    state.previous = close
  },
  read: (state) => ({ value: hasDelayed(state.before) ? state.value : null }),
})

/** Before the first output `value` is the newest close, from which the average starts. */
type KamaState = { readonly before: Delay; readonly moves: SlidingSum; previous: number; value: number }
