/**
 * Means, sums of squared deviations and of their products for the last n pairs (x, y). As `SlidingMoments`: nothing is subtracted
 * again; two blocks, merged by the rule of Chan, Golub and LeVeque 1979, each counted from a value of its own, so that prices that are large
 * beside their moves lose no digits. O(1) amortised.
 */
export type SlidingCoMoments = {
  readonly size: number
  isFull: boolean
  squaresX: number
  squaresY: number
  products: number
  readonly headOrigin: Origin
  readonly tailOrigin: Origin
  readonly blockX: number[]
  readonly blockY: number[]
  filled: number
  readonly head: CoMoments
  /** Of the previous block from index i to its end. */
  readonly tails: CoMoments[]
}

type Origin = { x: number; y: number }
type CoMoments = { meanX: number; meanY: number; squaresX: number; squaresY: number; products: number }

export const startCoMoments = (size: number): SlidingCoMoments => ({
  size,
  isFull: false,
  squaresX: 0,
  squaresY: 0,
  products: 0,
  headOrigin: { x: 0, y: 0 },
  tailOrigin: { x: 0, y: 0 },
  blockX: new Array<number>(size).fill(0),
  blockY: new Array<number>(size).fill(0),
  filled: 0,
  head: none(),
  tails: Array.from({ length: size }, none),
})

/** Folds one pair in; the sums are those of the last `size` pairs once `isFull`. */
export function addToCoMoments(state: SlidingCoMoments, x: number, y: number): void {
  if (state.filled === 0) moveTo(state.headOrigin, x, y)
  state.blockX[state.filled] = x
  state.blockY[state.filled++] = y
  add(state.head, state.filled, x - state.headOrigin.x, y - state.headOrigin.y)
  if (state.filled === state.size) closeBlock(state)
  else if (state.isFull) mergeTailAndHead(state)
}

function moveTo(origin: Origin, x: number, y: number): void {
  origin.x = x
  origin.y = y
}

function add(moments: CoMoments, count: number, x: number, y: number): void {
  const deltaX = x - moments.meanX
  const deltaY = y - moments.meanY
  moments.meanX += deltaX / count
  moments.meanY += deltaY / count
  moments.squaresX += deltaX * (x - moments.meanX)
  moments.squaresY += deltaY * (y - moments.meanY)
  moments.products += deltaX * (y - moments.meanY)
}

function closeBlock(state: SlidingCoMoments): void {
  const { size, blockX, blockY, head, tails } = state
  state.squaresX = head.squaresX
  state.squaresY = head.squaresY
  state.products = head.products
  state.isFull = true
  const { tailOrigin } = state
  moveTo(tailOrigin, blockX[size - 1] as number, blockY[size - 1] as number)
  const running = none()
  for (let i = size - 1; i > 0; i--) {
    add(running, size - i, (blockX[i] as number) - tailOrigin.x, (blockY[i] as number) - tailOrigin.y)
    Object.assign(tails[i] as CoMoments, running)
  }
  state.filled = 0
  Object.assign(head, none())
}

function mergeTailAndHead(state: SlidingCoMoments): void {
  const { size, filled, head, headOrigin, tailOrigin } = state
  const tail = state.tails[filled] as CoMoments
  const deltaX = head.meanX - tail.meanX + (headOrigin.x - tailOrigin.x)
  const deltaY = head.meanY - tail.meanY + (headOrigin.y - tailOrigin.y)
  const weight = (filled / size) * (size - filled)
  state.squaresX = tail.squaresX + head.squaresX + deltaX * deltaX * weight
  state.squaresY = tail.squaresY + head.squaresY + deltaY * deltaY * weight
  state.products = tail.products + head.products + deltaX * deltaY * weight
}

const none = (): CoMoments => ({ meanX: 0, meanY: 0, squaresX: 0, squaresY: 0, products: 0 })
