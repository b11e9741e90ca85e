/**
 * Mean and sum of squared deviations of the last n values. Nothing is ever subtracted again, so nothing drifts and a spike
 * leaves no trace once it has left the window: the window is the tail of the previous block of n values, whose moments were
 * prepared when that block was full, merged with the head of the current block (the queue of two stacks, with Welford's
 * update and the merge of Chan, Golub and LeVeque 1979), each block counted from a value of its own that is in the
 * window as long as the block is, so that prices that are large beside their moves lose no digits.
 * O(1) amortised: one pass over n values every n updates.
 */
export type SlidingMoments = {
  readonly size: number
  headOrigin: number
  tailOrigin: number
  isFull: boolean
  mean: number
  /** The mean is so far from that origin: exact where the mean itself is rounded. */
  origin: number
  fromOrigin: number
  squares: number
  /** The current block: its values, and the moments of the `filled` first of them. */
  readonly block: number[]
  filled: number
  headMean: number
  headSquares: number
  /** Moments of the previous block from index i to its end. */
  readonly tailMean: number[]
  readonly tailSquares: number[]
}

export const startMoments = (size: number): SlidingMoments => ({
  size,
  headOrigin: 0,
  tailOrigin: 0,
  isFull: false,
  mean: 0,
  origin: 0,
  fromOrigin: 0,
  squares: 0,
  block: new Array<number>(size).fill(0),
  filled: 0,
  headMean: 0,
  headSquares: 0,
  tailMean: new Array<number>(size).fill(0),
  tailSquares: new Array<number>(size).fill(0),
})

/** Folds one value in; `mean` and `squares` are those of the last `size` values once `isFull`. */
export function addToMoments(moments: SlidingMoments, x: number): void {
  if (moments.filled === 0) moments.headOrigin = x
  moments.block[moments.filled++] = x
  const moved = x - moments.headOrigin
  const delta = moved - moments.headMean
  moments.headMean += delta / moments.filled
  moments.headSquares += delta * (moved - moments.headMean)
  if (moments.filled === moments.size) closeBlock(moments)
  else if (moments.isFull) mergeTailAndHead(moments)
}

function closeBlock(moments: SlidingMoments): void {
  const { size, block, tailMean, tailSquares } = moments
  setMean(moments, moments.headOrigin, moments.headMean)
  moments.squares = moments.headSquares
  moments.isFull = true
  moments.tailOrigin = block[size - 1] as number
  let mean = 0
  let squares = 0
  for (let i = size - 1; i > 0; i--) {
    const x = (block[i] as number) - moments.tailOrigin
    const delta = x - mean
    mean += delta / (size - i)
    squares += delta * (x - mean)
    tailMean[i] = mean
    tailSquares[i] = squares
  }
  moments.filled = 0
  moments.headMean = 0
  moments.headSquares = 0
}

function mergeTailAndHead(moments: SlidingMoments): void {
  const { size, filled } = moments
  const tailMean = moments.tailMean[filled] as number
  const delta = moments.headMean - tailMean + (moments.headOrigin - moments.tailOrigin)
  const share = filled / size
  setMean(moments, moments.tailOrigin, tailMean + delta * share)
  moments.squares =
    (moments.tailSquares[filled] as number) + moments.headSquares + delta * delta * share * (size - filled)
}

function setMean(moments: SlidingMoments, origin: number, fromOrigin: number): void {
  moments.origin = origin
  moments.fromOrigin = fromOrigin
  moments.mean = origin + fromOrigin
}
