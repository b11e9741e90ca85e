import { addToHighLow, type HighLowWindow, hasHighLow, startHighLow } from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { barsSince } from './sliding-extreme.ts'

const first = ([n]: [n: number]) => n

/** Aroon: how long ago the extremes of the last n+1 bars were, 100 for this bar, 0 for n bars ago. */
export const aroon = defineIndicator({
  name: 'aroon',
  title: 'Aroon',
  params: [period('period', 1, 14)],
  reads: ['high', 'low'],
  outputs: { up: first, down: first, osc: first },
  bounds: { up: [0, 100], down: [0, 100], osc: [-100, 100] },
  source: 'Chande 1995: 100*(n - bars since the extreme)/n, of equal ones the newest; osc = up - down (TA-Lib AROON)',
  start: ([n]: [n: number]): AroonState => ({ period: n, window: startHighLow(n + 1) }),
  update: ({ window }: AroonState, bar) => addToHighLow(window, bar.high, bar.low),
  read({ period: n, window }) {
    if (!hasHighLow(window)) return { up: null, down: null, osc: null }
    const up = (100 * (n - barsSince(window.highs))) / n
    const down = (100 * (n - barsSince(window.lows))) / n
    return { up, down, osc: up - down }
  },
})

type AroonState = { readonly period: number; readonly window: HighLowWindow }
