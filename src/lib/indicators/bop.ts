import { defineIndicator } from './indicator.ts'

/** Balance of power, -1 to 1. */
export const bop = defineIndicator({
  name: 'bop',
  title: 'balance of power',
  params: [],
  reads: ['open', 'high', 'low', 'close'],
  outputs: { value: () => 0 },
  bounds: { value: [-1, 1] },
  source: 'Livshin 2001: (c-o)/(h-l), 0 without range (TA-Lib BOP)',
  start: (): BopState => ({ value: null }),
  update(state: BopState, { open, high, low, close }) {
    state.value = high > low ? (close - open) / (high - low) : 0
  },
  read: ({ value }) => ({ value }),
})

type BopState = { value: number | null }
