import { defineIndicator, period } from './indicator.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startWilder } from './smoothed-average.ts'
import { trueRange } from './true-range.ts'

/** Average true range, in units of price. */
export const atr = defineIndicator({
  name: 'atr',
  topic: 'indicator.atr.v1',
  params: [period('period', 1, 14)],
  outputs: { value: ([n]: [n: number]) => n },
  source: 'Wilder 1978: Wilder average of the true range, which starts with the second bar (TA-Lib ATR)',
  start: ([n]: [n: number]): AtrState => ({ hasPrevious: false, previousClose: 0, range: startWilder(n) }),
  update(state: AtrState, bar) {
    if (state.hasPrevious) addToAverage(state.range, trueRange(bar.high, bar.low, state.previousClose))
    state.hasPrevious = true
    state.previousClose = bar.close
  },
  payload: ({ instrument, interval, key }, state) => ({
    instrument,
    interval,
    key,
    value: isSeeded(state.range) ? state.range.value : null,
  }),
})

type AtrState = { hasPrevious: boolean; previousClose: number; range: SmoothedAverage }
