import { defineIndicator } from './indicator.ts'

const first = () => 1
const none = { p: null, r1: null, s1: null, r2: null, s2: null, r3: null, s3: null }

/** Classic floor pivots of the bar before. */
export const pivots = defineIndicator({
  name: 'pivots',
  title: 'floor pivots of the bar before',
  params: [],
  reads: ['high', 'low', 'close'],
  outputs: { p: first, r1: first, s1: first, r2: first, s2: first, r3: first, s3: first },
  source: 'p = (h+l+c)/3 of the previous bar; r1 = 2p-l, s1 = 2p-h, r2/s2 = p +/- (h-l), r3 = h+2(p-l), s3 = l-2(h-p)',
  start: (): PivotsState => ({ now: null, previous: null }),
  update(state: PivotsState, { high, low, close }) {
    state.previous = state.now
    state.now = { high, low, close }
  },
  read({ previous }) {
    if (!previous) return none
    const { high, low, close } = previous
    const p = (high + low + close) / 3
    const range = high - low
    return {
      p,
      r1: 2 * p - low,
      s1: 2 * p - high,
      r2: p + range,
      s2: p - range,
      r3: high + 2 * (p - low),
      s3: low - 2 * (high - p),
    }
  },
})

type Seen = { readonly high: number; readonly low: number; readonly close: number }
type PivotsState = { now: Seen | null; previous: Seen | null }
