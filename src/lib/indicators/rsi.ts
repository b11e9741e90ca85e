import { defineIndicator, period } from './indicator.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startWilder } from './smoothed-average.ts'

/** Relative strength index, 0 to 100. A market that does not move has 0, as in TA-Lib, and not 50. */
export const rsi = defineIndicator({
  name: 'rsi',
  topic: 'indicator.rsi.v1',
  params: [period('period', 2, 14)],
  outputs: { value: ([n]: [n: number]) => n },
  source: 'Wilder 1978: 100*g/(g+l), g and l Wilder averages of gains and losses, 0 if both are 0 (TA-Lib RSI)',
  start: ([n]: [n: number]): RsiState => ({
    hasPrevious: false,
    previous: 0,
    gain: startWilder(n),
    loss: startWilder(n),
  }),
  update(state: RsiState, { close }) {
    const change = close - state.previous
    state.previous = close
    if (!state.hasPrevious) {
      state.hasPrevious = true
      return
    }
    addToAverage(state.gain, Math.max(change, 0))
    addToAverage(state.loss, change < 0 ? -change : 0)
  },
  payload: ({ instrument, interval, key }, state) => ({
    instrument,
    interval,
    key,
    value: isSeeded(state.gain) ? strength(state.gain.value, state.loss.value) : null,
  }),
})

type RsiState = { hasPrevious: boolean; previous: number; gain: SmoothedAverage; loss: SmoothedAverage }

function strength(gain: number, loss: number): number {
  const sum = gain + loss
  return sum === 0 ? 0 : 100 * (gain / sum)
}
