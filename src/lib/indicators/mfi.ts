import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'
import { typicalPrice } from './typical-price.ts'

/** Money flow index, 0 to 100. */
export const mfi = defineIndicator({
  name: 'mfi',
  title: 'money flow index',
  params: [period('period', 1, 14)],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: ([n]: [n: number]) => n },
  bounds: { value: [0, 100] },
  source:
    'Quong and Soudack 1989: share of tp*volume on rising typical prices, equal ones neutral, 0 if the flow is below 1 (TA-Lib MFI)',
  start: ([n]: [n: number]): MfiState => ({
    hasPrevious: false,
    previous: 0,
    rising: startSum(n),
    falling: startSum(n),
  }),
  update(state: MfiState, bar) {
    const price = typicalPrice(bar)
    if (state.hasPrevious) {
      const flow = price * bar.volume
      const direction = directionOf(price, state.previous)
      addToSum(state.rising, direction > 0 ? flow : 0)
      addToSum(state.falling, direction < 0 ? flow : 0)
    }
    state.hasPrevious = true
    state.previous = price
  },
  read: ({ rising, falling }) => ({ value: rising.isFull ? share(rising.sum, falling.sum) : null }),
})

type MfiState = { hasPrevious: boolean; previous: number; readonly rising: SlidingSum; readonly falling: SlidingSum }

// Prices whose exact thirds are equal may differ in their last bits as doubles: 167.67+167.63+167.67 and 167.68+167.64+167.65.
function directionOf(price: number, previous: number): number {
  const change = price - previous
  return Math.abs(change) <= 1e-12 * Math.abs(price) ? 0 : change
}

const share = (rising: number, falling: number): number =>
  rising + falling < 1 ? 0 : 100 * (rising / (rising + falling))
