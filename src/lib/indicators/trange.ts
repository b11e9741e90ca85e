import { defineIndicator } from './indicator.ts'
import { noPreviousClose, type PreviousClose, trueRange } from './true-range.ts'

/** True range, in units of price. */
export const trange = defineIndicator({
  name: 'trange',
  title: 'true range',
  params: [],
  reads: ['high', 'low', 'close'],
  outputs: { value: () => 1 },
  bounds: { value: [0, Number.POSITIVE_INFINITY] },
  source: "Wilder 1978: max(h-l, |c'-h|, |c'-l|); the first bar has none (TA-Lib TRANGE)",
  start: (): TrangeState => ({ ...noPreviousClose(), value: null }),
  update(state: TrangeState, { high, low, close }) {
    if (state.hasPrevious) state.value = trueRange(high, low, state.previousClose)
    state.hasPrevious = true
    state.previousClose = close
  },
  read: ({ value }) => ({ value }),
})

type TrangeState = PreviousClose & { value: number | null }
