import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, averageOrNull, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { noPreviousClose, type PreviousClose } from './true-range.ts'

/** Elder's force index. */
export const efi = defineIndicator({
  name: 'efi',
  title: "Elder's force index",
  params: [period('period', 1, 13)],
  reads: ['close', 'volume'],
  outputs: { value: ([n]: [n: number]) => n },
  source: 'Elder 1993: EMA of (change of the close * volume)',
  start: ([n]: [n: number]): EfiState => ({ ...noPreviousClose(), force: startEma(n) }),
  update(state: EfiState, { close, volume }) {
    if (state.hasPrevious) addToAverage(state.force, (close - state.previousClose) * volume)
    state.hasPrevious = true
    state.previousClose = close
  },
  read: ({ force }) => ({ value: averageOrNull(force) }),
})

type EfiState = PreviousClose & { readonly force: SmoothedAverage }
