import { addToTotal, type CompensatedSum, startTotal, totalOf } from './compensated-sum.ts'
import { defineIndicator } from './indicator.ts'
import { noPreviousClose, type PreviousClose } from './true-range.ts'

/** On-balance volume. */
export const obv = defineIndicator({
  name: 'obv',
  title: 'on-balance volume',
  params: [],
  reads: ['close', 'volume'],
  outputs: { value: () => 0 },
  source:
    'Granville 1963: volume added on a rising close, taken away on a falling one; starts at volume[0] (TA-Lib OBV)',
  start: (): ObvState => ({ ...noPreviousClose(), total: startTotal() }),
  update(state: ObvState, { close, volume }) {
    if (!state.hasPrevious || close > state.previousClose) addToTotal(state.total, volume)
    else if (close < state.previousClose) addToTotal(state.total, -volume)
    state.hasPrevious = true
    state.previousClose = close
  },
  read: ({ hasPrevious, total }) => ({ value: hasPrevious ? totalOf(total) : null }),
})

type ObvState = PreviousClose & { readonly total: CompensatedSum }
