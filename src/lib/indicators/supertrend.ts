import { defineIndicator } from './indicator.ts'
import { multiple, period } from './parameters.ts'
import { isSeeded } from './smoothed-average.ts'
import { type AverageRange, addToRange, startAverageRange } from './true-range.ts'

type Params = [n: number, mult: number]

const first = ([n]: Params) => n

/** Supertrend: a stop line that follows the market, and the direction that it says (1 up, -1 down). */
export const supertrend = defineIndicator({
  name: 'supertrend',
  title: 'Supertrend',
  params: [period('period', 1, 10), multiple('mult', 3)],
  reads: ['high', 'low', 'close'],
  outputs: { line: first, dir: first },
  source: 'Seban: (high+low)/2 +/- mult * ATR, carried until the close is beyond it; the first bar is an uptrend',
  start: ([n, mult]: Params): SupertrendState => ({
    mult,
    ranges: startAverageRange(n),
    dir: 0,
    upper: 0,
    lower: 0,
  }),
  update(state: SupertrendState, { high, low, close }) {
    const { ranges, mult } = state
    const previousClose = ranges.previousClose
    addToRange(ranges, high, low, close)
    if (!isSeeded(ranges.range)) return
    const middle = (high + low) / 2
    const reach = mult * ranges.range.value
    const isFirst = state.dir === 0
    if (isFirst || middle + reach < state.upper || previousClose > state.upper) state.upper = middle + reach
    if (isFirst || middle - reach > state.lower || previousClose < state.lower) state.lower = middle - reach
    if (isFirst) state.dir = 1
    else if (state.dir > 0 && close < state.lower) state.dir = -1
    else if (state.dir < 0 && close > state.upper) state.dir = 1
  },
  read: ({ dir, upper, lower }) => (dir === 0 ? { line: null, dir: null } : { line: dir > 0 ? lower : upper, dir }),
})

/** `dir` is 0 before the first value. */
type SupertrendState = {
  readonly mult: number
  readonly ranges: AverageRange
  dir: number
  upper: number
  lower: number
}
