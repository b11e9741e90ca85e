/**
 * Mean of the last n values, and the sum of products of their deviations with those of their places 0..n-1: what a least-squares line
 * needs. Two blocks as in `SlidingMoments`, each counted from a value of its own; the places are known, so only the values are kept. O(1) amortised.
 */
export type SlidingTrend = {
  readonly size: number
  headOrigin: number
  tailOrigin: number
  isFull: boolean
  mean: number
  products: number
  readonly block: number[]
  filled: number
  headMean: number
  headProducts: number
  /** Of the previous block from index i to its end. */
  readonly tailMeans: number[]
  readonly tailProducts: number[]
}

export const startTrend = (size: number): SlidingTrend => ({
  size,
  headOrigin: 0,
  tailOrigin: 0,
  isFull: false,
  mean: 0,
  products: 0,
  block: new Array<number>(size).fill(0),
  filled: 0,
  headMean: 0,
  headProducts: 0,
  tailMeans: new Array<number>(size).fill(0),
  tailProducts: new Array<number>(size).fill(0),
})

/** Folds one value in; mean and products are those of the last `size` values once `isFull`. */
export function addToTrend(state: SlidingTrend, x: number): void {
  const { size } = state
  if (state.filled === 0) state.headOrigin = x
  state.block[state.filled++] = x
  const delta = x - state.headOrigin - state.headMean
  state.headMean += delta / state.filled
  // The newest place is (filled - 1) / 2 beyond the mean of the places before it and its own.
  state.headProducts += (delta * (state.filled - 1)) / 2
  if (state.filled === size) closeBlock(state)
  else if (state.isFull) {
    const tailMean = state.tailMeans[state.filled] as number
    const gap = state.headMean - tailMean + (state.headOrigin - state.tailOrigin)
    const share = state.filled / size
    state.mean = state.tailOrigin + (tailMean + gap * share)
    // The places of the head are size / 2 beyond those of the tail in the mean.
    state.products =
      (state.tailProducts[state.filled] as number) +
      state.headProducts +
      gap * (size / 2) * share * (size - state.filled)
  }
}

/** Rise of the least-squares line for each bar. */
export const slopeOf = ({ size, products }: SlidingTrend): number => (12 * products) / (size * (size * size - 1))

function closeBlock(state: SlidingTrend): void {
  const { size, block, tailMeans, tailProducts } = state
  state.mean = state.headOrigin + state.headMean
  state.products = state.headProducts
  state.isFull = true
  state.tailOrigin = block[size - 1] as number
  let mean = 0
  let products = 0
  for (let i = size - 1; i > 0; i--) {
    const length = size - i
    const delta = (block[i] as number) - state.tailOrigin - mean
    mean += delta / length
    products -= (delta * (length - 1)) / 2
    tailMeans[i] = mean
    tailProducts[i] = products
  }
  state.filled = 0
  state.headMean = 0
  state.headProducts = 0
}
