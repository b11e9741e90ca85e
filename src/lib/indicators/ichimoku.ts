import { type Delay, hasDelayed, passThrough, startDelay } from './delay.ts'
import {
  addToHighLow,
  type HighLowWindow,
  hasHighLow,
  middleOf,
  middleOrNull,
  startHighLow,
} from './high-low-window.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'

type Params = [tenkan: number, kijun: number, spanB: number, shift: number]

const firstRawA = ([tenkan, kijun]: Params) => Math.max(tenkan, kijun) - 1
const firstRawB = ([, , spanB]: Params) => spanB - 1

/** Ichimoku: the spans at their own bar (raw), and moved forward by `shift` bars. */
export const ichimoku = defineIndicator({
  name: 'ichimoku',
  title: 'Ichimoku',
  params: [period('tenkan', 1, 9), period('kijun', 1, 26), period('spanB', 1, 52), period('shift', 0, 26)],
  reads: ['high', 'low'],
  outputs: {
    tenkan: ([tenkan]: Params) => tenkan - 1,
    kijun: ([, kijun]: Params) => kijun - 1,
    spanA: (params: Params) => firstRawA(params) + params[3],
    spanB: (params: Params) => firstRawB(params) + params[3],
    spanARaw: firstRawA,
    spanBRaw: firstRawB,
  },
  source: 'Hosoda 1969: middles of highs and lows; span A = (tenkan+kijun)/2 (LEAN)',
  start: ([tenkan, kijun, spanB, shift]: Params): IchimokuState => ({
    tenkan: startHighLow(tenkan),
    kijun: startHighLow(kijun),
    spanB: startHighLow(spanB),
    delayedA: startDelay(shift),
    delayedB: startDelay(shift),
    shiftedA: 0,
    shiftedB: 0,
  }),
  update(state: IchimokuState, { high, low }) {
    addToHighLow(state.tenkan, high, low)
    addToHighLow(state.kijun, high, low)
    addToHighLow(state.spanB, high, low)
    const spanA = spanAOf(state)
    if (spanA !== null) state.shiftedA = passThrough(state.delayedA, spanA)
    if (hasHighLow(state.spanB)) state.shiftedB = passThrough(state.delayedB, middleOf(state.spanB))
  },
  read: (state) => ({
    tenkan: middleOrNull(state.tenkan),
    kijun: middleOrNull(state.kijun),
    spanA: hasDelayed(state.delayedA) ? state.shiftedA : null,
    spanB: hasDelayed(state.delayedB) ? state.shiftedB : null,
    spanARaw: spanAOf(state),
    spanBRaw: middleOrNull(state.spanB),
  }),
})

type IchimokuState = {
  readonly tenkan: HighLowWindow
  readonly kijun: HighLowWindow
  readonly spanB: HighLowWindow
  readonly delayedA: Delay
  readonly delayedB: Delay
  shiftedA: number
  shiftedB: number
}

const spanAOf = ({ tenkan, kijun }: IchimokuState): number | null =>
  hasHighLow(tenkan) && hasHighLow(kijun) ? (middleOf(tenkan) + middleOf(kijun)) / 2 : null
