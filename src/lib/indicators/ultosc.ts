import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'
import { noPreviousClose, type PreviousClose, trueRange } from './true-range.ts'

type Params = [p1: number, p2: number, p3: number]

/** Ultimate oscillator, 0 to 100. */
export const ultosc = defineIndicator({
  name: 'ultosc',
  title: 'ultimate oscillator',
  params: [period('p1', 1, 7), period('p2', 1, 14), period('p3', 1, 28)],
  reads: ['high', 'low', 'close'],
  outputs: { value: (periods: Params) => Math.max(...periods) },
  bounds: { value: [0, 100] },
  source:
    'Williams 1985: buying pressure / true range over three periods, weights 4, 2, 1 from the shortest (TA-Lib ULTOSC)',
  start: (periods: Params): UltoscState => ({
    ...noPreviousClose(),
    shares: [...periods].sort((a, b) => a - b).map((n) => ({ pressure: startSum(n), range: startSum(n) })),
  }),
  update(state: UltoscState, { high, low, close }) {
    if (state.hasPrevious) {
      const pressure = close - Math.min(low, state.previousClose)
      const range = trueRange(high, low, state.previousClose)
      for (const share of state.shares) {
        addToSum(share.pressure, pressure)
        addToSum(share.range, range)
      }
    }
    state.hasPrevious = true
    state.previousClose = close
  },
  read({ shares }) {
    const [short, medium, long] = shares as [Share, Share, Share]
    if (!long.range.isFull) return { value: null }
    return { value: (100 * (4 * shareOf(short) + 2 * shareOf(medium) + shareOf(long))) / 7 }
  },
})

type Share = { readonly pressure: SlidingSum; readonly range: SlidingSum }
type UltoscState = PreviousClose & { readonly shares: Share[] }

const shareOf = ({ pressure, range }: Share): number => (range.sum === 0 ? 0 : pressure.sum / range.sum)
