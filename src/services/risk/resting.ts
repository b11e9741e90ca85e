import { compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'

type Rest = { readonly clientOrderId: string; readonly price: ExactDecimal }
/** A binary heap, the best price on top; what left the work leaves the heap when it comes to the top. */
type Side = { readonly heap: Rest[]; readonly gone: Set<string> }

/** Our limit orders at work, by instrument and side: the best of each is found at once. */
export type Resting = Map<string, { readonly buy: Side; readonly sell: Side }>

/** The best limit order of ours on a side of an instrument: the highest that buys, the lowest that sells. */
export const bestResting = (resting: Resting, instrument: string, side: 'buy' | 'sell'): Rest | undefined =>
  resting.get(instrument)?.[side].heap[0]

export function addResting(resting: Resting, { instrument, side, limitPrice, clientOrderId }: SentOrder): void {
  if (limitPrice === undefined) return
  const sides = resting.get(instrument) ?? { buy: { heap: [], gone: new Set() }, sell: { heap: [], gone: new Set() } }
  resting.set(instrument, sides)
  const { heap } = sides[side]
  let at = heap.push({ clientOrderId, price: parseExact(limitPrice) }) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    if (!isBetter(side, heap, at, above)) break
    swap(heap, at, above)
    at = above
  }
}

export function dropResting(resting: Resting, { instrument, side, limitPrice, clientOrderId }: SentOrder): void {
  const sides = resting.get(instrument)
  if (limitPrice === undefined || sides === undefined) return
  const { heap, gone } = sides[side]
  gone.add(clientOrderId)
  while (heap[0] !== undefined && gone.delete(heap[0].clientOrderId)) removeBest(side, heap)
  if (gone.size > 64 && gone.size * 2 > heap.length) sweep(side, sides[side])
  if (sides.buy.heap.length === 0 && sides.sell.heap.length === 0) resting.delete(instrument)
}

/** Behind a best one that stays, many others come and go. */
function sweep(side: 'buy' | 'sell', { heap, gone }: Side): void {
  const alive = heap.filter(({ clientOrderId }) => !gone.has(clientOrderId))
  gone.clear()
  heap.splice(0, heap.length, ...alive.sort((a, b) => (isBetter(side, [a, b], 0, 1) ? -1 : 1)))
}

function removeBest(side: 'buy' | 'sell', heap: Rest[]): void {
  const last = heap.pop() as Rest
  if (heap.length === 0) return
  heap[0] = last
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2]
    let best = at
    if (left < heap.length && isBetter(side, heap, left, best)) best = left
    if (right < heap.length && isBetter(side, heap, right, best)) best = right
    if (best === at) return
    swap(heap, at, best)
    at = best
  }
}

function isBetter(side: 'buy' | 'sell', heap: readonly Rest[], a: number, b: number): boolean {
  const [left, right] = [heap[a] as Rest, heap[b] as Rest]
  const distance = compareExact(left.price, right.price)
  // Of one price the one that was sent first, whatever happened to the heap.
  if (distance === 0) return left.clientOrderId < right.clientOrderId
  return side === 'buy' ? distance > 0 : distance < 0
}

function swap(heap: Rest[], a: number, b: number): void {
  const kept = heap[a] as Rest
  heap[a] = heap[b] as Rest
  heap[b] = kept
}
