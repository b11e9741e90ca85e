import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'

type Params = [first: number, second: number]

/** True strength index, -100 to 100. */
export const tsi = defineIndicator({
  name: 'tsi',
  title: 'true strength index',
  params: [period('first', 1, 25), period('second', 1, 13)],
  reads: ['close'],
  outputs: { value: ([a, b]: Params) => a + b - 1 },
  bounds: { value: [-100, 100] },
  source: 'Blau 1991: 100 * EMA(EMA(change)) / EMA(EMA(|change|)), 0 if nothing changes',
  start: ([a, b]: Params): TsiState => ({
    hasPrevious: false,
    previous: 0,
    changes: startEma(a),
    smoothed: startEma(b),
    sizes: startEma(a),
    smoothedSizes: startEma(b),
  }),
  update(state: TsiState, { close }) {
    const change = close - state.previous
    state.previous = close
    if (state.hasPrevious) {
      addToAverage(state.changes, change)
      addToAverage(state.sizes, Math.abs(change))
      if (isSeeded(state.changes)) {
        addToAverage(state.smoothed, state.changes.value)
        addToAverage(state.smoothedSizes, state.sizes.value)
      }
    }
    state.hasPrevious = true
  },
  read: ({ smoothed, smoothedSizes: sizes }) => ({
    value: isSeeded(smoothed) ? (sizes.value === 0 ? 0 : 100 * (smoothed.value / sizes.value)) : null,
  }),
})

type TsiState = {
  hasPrevious: boolean
  previous: number
  readonly changes: SmoothedAverage
  readonly smoothed: SmoothedAverage
  readonly sizes: SmoothedAverage
  readonly smoothedSizes: SmoothedAverage
}
