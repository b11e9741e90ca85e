/**
 * Sum of the last n values. Nothing is ever subtracted again, so a large value leaves no trace once it has left the window, and a sum
 * is zero exactly when all of its terms are: the window is the tail of the previous block of n values, whose sums were prepared
 * when that block was full, and the head of the current block (the queue of two stacks). O(1) amortised.
 */
export type SlidingSum = {
  readonly size: number
  isFull: boolean
  sum: number
  readonly block: number[]
  filled: number
  head: number
  /** Sum of the previous block from index i to its end. */
  readonly tails: number[]
}

export const startSum = (size: number): SlidingSum => ({
  size,
  isFull: false,
  sum: 0,
  block: new Array<number>(size).fill(0),
  filled: 0,
  head: 0,
  tails: new Array<number>(size).fill(0),
})

/** Folds one value in; `sum` is that of the last `size` values once `isFull`. */
export function addToSum(state: SlidingSum, x: number): void {
  state.block[state.filled++] = x
  state.head += x
  if (state.filled === state.size) closeBlock(state)
  else if (state.isFull) state.sum = (state.tails[state.filled] as number) + state.head
}

function closeBlock(state: SlidingSum): void {
  const { size, block, tails } = state
  state.sum = state.head
  state.isFull = true
  let sum = 0
  for (let i = size - 1; i > 0; i--) {
    sum += block[i] as number
    tails[i] = sum
  }
  state.filled = 0
  state.head = 0
}
