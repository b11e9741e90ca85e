import { defineIndicator } from './indicator.ts'
import { factor } from './parameters.ts'

type Params = [acceleration: number, maximum: number]

/** Parabolic stop and reverse. */
export const sar = defineIndicator({
  name: 'sar',
  title: 'parabolic stop and reverse',
  params: [factor('acceleration', 0, 1_000, 0.02), factor('maximum', 0, 1_000, 0.2)],
  reads: ['high', 'low'],
  outputs: { value: () => 1 },
  source:
    'Wilder 1978; first short only if the low falls more than the high rises, touching the stop reverses (TA-Lib SAR)',
  start: ([acceleration, maximum]: Params): SarState => ({
    step: Math.min(acceleration, maximum),
    maximum,
    bars: 0,
    isLong: true,
    previousHigh: 0,
    previousLow: 0,
    value: 0,
    next: 0,
    extreme: 0,
    weight: Math.min(acceleration, maximum),
  }),
  update(state: SarState, { high, low }) {
    if (state.bars === 1) openFirst(state, high, low)
    if (state.bars > 0) {
      const isTouched = state.isLong ? low <= state.next : high >= state.next
      if (isTouched) reverse(state, high, low)
      else goOn(state, high, low)
    }
    state.previousHigh = high
    state.previousLow = low
    state.bars++
  },
  read: (state) => ({ value: state.bars > 1 ? state.value : null }),
})

/** `next` is where the stop will be on the bar to come. */
type SarState = {
  readonly step: number
  readonly maximum: number
  bars: number
  isLong: boolean
  previousHigh: number
  previousLow: number
  value: number
  next: number
  extreme: number
  weight: number
}

function openFirst(state: SarState, high: number, low: number): void {
  const rise = high - state.previousHigh
  const fall = state.previousLow - low
  state.isLong = !(fall > 0 && fall > rise)
  state.next = state.isLong ? state.previousLow : state.previousHigh
  state.extreme = state.isLong ? high : low
  // As in TA-Lib, the bar before the second one counts for nothing once the direction is chosen.
  state.previousHigh = high
  state.previousLow = low
}

function reverse(state: SarState, high: number, low: number): void {
  state.isLong = !state.isLong
  state.value = beyondBars(state, state.extreme, high, low)
  state.extreme = state.isLong ? high : low
  state.weight = state.step
  state.next = beyondBars(state, state.value + state.weight * (state.extreme - state.value), high, low)
}

function goOn(state: SarState, high: number, low: number): void {
  state.value = state.next
  const isNewExtreme = state.isLong ? high > state.extreme : low < state.extreme
  if (isNewExtreme) {
    state.extreme = state.isLong ? high : low
    state.weight = Math.min(state.weight + state.step, state.maximum)
  }
  state.next = beyondBars(state, state.value + state.weight * (state.extreme - state.value), high, low)
}

/** A stop is never within the last two bars. */
const beyondBars = (
  { isLong, previousHigh, previousLow }: SarState,
  stop: number,
  high: number,
  low: number,
): number => (isLong ? Math.min(stop, previousLow, low) : Math.max(stop, previousHigh, high))
