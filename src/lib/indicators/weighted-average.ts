/**
 * Average of the last n values with weights 1..n, the newest n. Two blocks as in `SlidingMean`, each with its plain and its weighted
 * mean: weights that are all larger by k add the plain mean k times. Means of means, so that the average of a constant is
 * exactly that constant. O(1) amortised.
 */
export type WeightedAverage = {
  readonly size: number
  isFull: boolean
  value: number
  readonly block: number[]
  filled: number
  /** Of the current block: the plain mean, and the mean with weights from 1. */
  head: number
  headWeighted: number
  /** Of the previous block from index i to its end, with weights from 1. */
  readonly tails: number[]
}

export const startWeighted = (size: number): WeightedAverage => ({
  size,
  isFull: false,
  value: 0,
  block: new Array<number>(size).fill(0),
  filled: 0,
  head: 0,
  headWeighted: 0,
  tails: new Array<number>(size).fill(0),
})

/** Folds one value in; `value` is the weighted average of the last `size` values once `isFull`. */
export function addToWeighted(state: WeightedAverage, x: number): void {
  state.block[state.filled++] = x
  state.head += (x - state.head) / state.filled
  state.headWeighted += ((x - state.headWeighted) * 2) / (state.filled + 1)
  if (state.filled === state.size) closeBlock(state)
  else if (state.isFull) state.value = mergeTailAndHead(state)
}

/** Null before the window is full. */
export const weightedOrNull = (state: WeightedAverage): number | null => (state.isFull ? state.value : null)

function closeBlock(state: WeightedAverage): void {
  const { size, block, tails } = state
  state.value = state.headWeighted
  state.isFull = true
  let mean = 0
  let weighted = 0
  for (let i = size - 1; i > 0; i--) {
    const length = size - i
    mean += ((block[i] as number) - mean) / length
    weighted += ((mean - weighted) * 2) / (length + 1)
    tails[i] = weighted
  }
  state.filled = 0
  state.head = 0
  state.headWeighted = 0
}

function mergeTailAndHead({ size, filled, head, headWeighted, tails }: WeightedAverage): number {
  const older = size - filled
  const headWeight = weightOf(size) - weightOf(older)
  const ofHead = headWeighted + ((head - headWeighted) * older * filled) / headWeight
  const ofTail = tails[filled] as number
  return ofTail + (ofHead - ofTail) * (headWeight / weightOf(size))
}

const weightOf = (bars: number): number => (bars * (bars + 1)) / 2
