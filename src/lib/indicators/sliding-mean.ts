/**
 * Mean of the last n values. Nothing is ever subtracted again, so nothing drifts: the window is the tail of the previous block of n
 * values, whose means were prepared when that block was full, merged with the head of the current block (the queue of two
 * stacks). Running means, so that the mean of a constant is exactly that constant. O(1) amortised.
 */
export type SlidingMean = {
  readonly size: number
  isFull: boolean
  mean: number
  /** The current block: its values, and the mean of the `filled` first of them. */
  readonly block: number[]
  filled: number
  headMean: number
  /** Mean of the previous block from index i to its end. */
  readonly tailMeans: number[]
}

export const startMean = (size: number): SlidingMean => ({
  size,
  isFull: false,
  mean: 0,
  block: new Array<number>(size).fill(0),
  filled: 0,
  headMean: 0,
  tailMeans: new Array<number>(size).fill(0),
})

/** Folds one value in; `mean` is that of the last `size` values once `isFull`. */
export function addToMean(state: SlidingMean, x: number): void {
  const { size } = state
  state.block[state.filled++] = x
  state.headMean += (x - state.headMean) / state.filled
  if (state.filled === size) closeBlock(state)
  else if (state.isFull) {
    const tail = state.tailMeans[state.filled] as number
    state.mean = tail + (state.headMean - tail) * (state.filled / size)
  }
}

function closeBlock(state: SlidingMean): void {
  const { size, block, tailMeans } = state
  state.mean = state.headMean
  state.isFull = true
  let mean = 0
  for (let i = size - 1; i > 0; i--) {
    mean += ((block[i] as number) - mean) / (size - i)
    tailMeans[i] = mean
  }
  state.filled = 0
  state.headMean = 0
}
