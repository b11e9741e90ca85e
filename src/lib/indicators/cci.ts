import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'
import { typicalPrice } from './typical-price.ts'

/** Commodity channel index. */
export const cci = defineIndicator({
  name: 'cci',
  title: 'commodity channel index',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  cost: 'O(n): the mean absolute deviation looks at the whole window',
  source: 'Lambert 1980: (tp-SMA) / (0.015 * mean absolute deviation), 0 if the window is flat (TA-Lib CCI)',
  start: ([n]: [n: number]): CciState => ({
    origin: null,
    prices: startMean(n),
    recent: new Array<number>(n).fill(0),
    at: 0,
    price: 0,
  }),
  update(state: CciState, bar) {
    state.origin ??= bar.close
    const { origin } = state
    state.price = typicalPrice({ high: bar.high - origin, low: bar.low - origin, close: bar.close - origin })
    addToMean(state.prices, state.price)
    state.recent[state.at] = state.price
    state.at = state.at + 1 === state.recent.length ? 0 : state.at + 1
  },
  read({ origin, prices, recent, price }) {
    if (!prices.isFull) return { value: null }
    let deviations = 0
    for (let i = 0; i < recent.length; i++) deviations += Math.abs((recent[i] as number) - prices.mean)
    const scale = 0.015 * (deviations / recent.length)
    // Typical prices that are equal may differ in their last bits as doubles.
    return { value: scale <= 1e-16 * Math.abs((origin ?? 0) + prices.mean) ? 0 : (price - prices.mean) / scale }
  },
})

/** Prices are less the first close: those that are large beside their moves lose no digits. */
type CciState = {
  origin: number | null
  readonly prices: SlidingMean
  readonly recent: number[]
  at: number
  price: number
}
