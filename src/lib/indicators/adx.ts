import { type Delay, hasDelayed, passThrough, startDelay } from './delay.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { trueRange } from './true-range.ts'

type Params = [n: number]

const firstDm = ([n]: Params) => n - 1
const firstDi = ([n]: Params) => n

/** Average directional index and all that it is made of; the movements and indicators come earlier than it. */
export const adx = defineIndicator({
  name: 'adx',
  title: 'average directional index, directional movement',
  params: [period('period', 2, 14)],
  reads: ['high', 'low', 'close'],
  outputs: {
    adx: ([n]: Params) => 2 * n - 1,
    adxr: ([n]: Params) => 3 * n - 2,
    dx: firstDi,
    plusDi: firstDi,
    minusDi: firstDi,
    plusDm: firstDm,
    minusDm: firstDm,
  },
  bounds: { adx: [0, 100], plusDi: [0, 100], minusDi: [0, 100] },
  source:
    'Wilder 1978, sums seeded with n-1 bars as TA-Lib does (TA-Lib ADX, ADXR, DX, PLUS_DI, MINUS_DI, PLUS_DM, MINUS_DM)',
  start: ([n]: Params): AdxState => ({ ...nothingYet, period: n, earlier: startDelay(n - 1) }),
  update(state: AdxState, { high, low, close }) {
    if (state.bars > 0) {
      addDirection(state, high, low)
      if (state.bars >= state.period) addIndex(state)
    }
    state.bars++
    state.previousHigh = high
    state.previousLow = low
    state.previousClose = close
  },
  read(state) {
    const hasDm = state.bars >= state.period
    const hasDi = state.bars > state.period
    return {
      adx: state.bars >= 2 * state.period ? state.adx : null,
      adxr: hasDelayed(state.earlier) ? state.adxr : null,
      dx: hasDi ? state.dx : null,
      plusDi: hasDi ? share(state.plusDm, state.range) : null,
      minusDi: hasDi ? share(state.minusDm, state.range) : null,
      plusDm: hasDm ? state.plusDm : null,
      minusDm: hasDm ? state.minusDm : null,
    }
  },
})

/** `bars` counts those folded in; while it is below the first ADX, `adx` holds the sum of the DX so far. */
type AdxState = {
  readonly period: number
  bars: number
  previousHigh: number
  previousLow: number
  previousClose: number
  plusDm: number
  minusDm: number
  range: number
  dx: number
  adx: number
  adxr: number
  readonly earlier: Delay
}

const nothingYet = {
  bars: 0,
  previousHigh: 0,
  previousLow: 0,
  previousClose: 0,
  plusDm: 0,
  minusDm: 0,
  range: 0,
  dx: 0,
  adx: 0,
  adxr: 0,
}

function addDirection(state: AdxState, high: number, low: number): void {
  const up = high - state.previousHigh
  const down = state.previousLow - low
  const plus = up > 0 && up > down ? up : 0
  const minus = down > 0 && up < down ? down : 0
  const kept = state.bars < state.period ? 1 : 1 - 1 / state.period
  state.plusDm = state.plusDm * kept + plus
  state.minusDm = state.minusDm * kept + minus
  state.range = state.range * kept + trueRange(high, low, state.previousClose)
}

function addIndex(state: AdxState): void {
  const plusDi = share(state.plusDm, state.range)
  const minusDi = share(state.minusDm, state.range)
  const sum = plusDi + minusDi
  const isSeeding = state.bars < 2 * state.period
  // A bar without any direction has no DX: the index of the bar before stands, and the average skips it, as in TA-Lib.
  if (sum > 0) {
    state.dx = 100 * (Math.abs(plusDi - minusDi) / sum)
    state.adx += isSeeding ? state.dx : (state.dx - state.adx) / state.period
  }
  if (state.bars === 2 * state.period - 1) state.adx /= state.period
  if (state.bars >= 2 * state.period - 1) state.adxr = (state.adx + passThrough(state.earlier, state.adx)) / 2
}

const share = (movement: number, range: number): number => (range > 0 ? 100 * (movement / range) : 0)
