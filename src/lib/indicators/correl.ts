import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToCoMoments, type SlidingCoMoments, startCoMoments } from './sliding-co-moments.ts'

/** Pearson's correlation of highs and lows. */
export const correl = defineIndicator({
  name: 'correl',
  title: 'correlation of highs and lows',
  params: [period('period', 1, 20)],
  reads: ['high', 'low'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  bounds: { value: [-1, 1] },
  source: 'Pearson correlation of the last n highs and lows, 0 if either does not move (TA-Lib CORREL)',
  start: ([n]: [n: number]) => startCoMoments(n),
  update: (state: SlidingCoMoments, bar) => addToCoMoments(state, bar.high, bar.low),
  read: (state) => ({ value: state.isFull ? correlation(state) : null }),
})

function correlation({ squaresX, squaresY, products }: SlidingCoMoments): number {
  const scale = Math.sqrt(squaresX) * Math.sqrt(squaresY)
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, products / scale))
}
