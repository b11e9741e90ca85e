import { defineIndicator } from './indicator.ts'

const first = () => 0

/** Heikin-Ashi bars. */
export const heikinashi = defineIndicator({
  name: 'heikinashi',
  title: 'Heikin-Ashi bar',
  params: [],
  reads: ['open', 'high', 'low', 'close'],
  outputs: { open: first, high: first, low: first, close: first },
  source:
    'close = (o+h+l+c)/4, open = middle of the last such body (of the bar itself at first), high and low reach over both',
  start: (): HeikinAshiState => ({ bar: null }),
  update(state: HeikinAshiState, bar) {
    const close = (bar.open + bar.high + bar.low + bar.close) / 4
    const body = state.bar ?? bar
    const open = (body.open + body.close) / 2
    state.bar = { open, high: Math.max(bar.high, open, close), low: Math.min(bar.low, open, close), close }
  },
  read: ({ bar }) => bar ?? { open: null, high: null, low: null, close: null },
})

type HeikinAshiState = { bar: { open: number; high: number; low: number; close: number } | null }
