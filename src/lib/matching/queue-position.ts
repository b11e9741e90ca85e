import { compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { minExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'

/** A resting order, what is left of it, and how much stands before it at its price. */
export type QueuePosition = {
  readonly side: 'buy' | 'sell'
  readonly price: ExactDecimal
  readonly remaining: ExactDecimal
  readonly ahead: ExactDecimal
}

/** A trade or the displayed size of a price level after a change. */
export type QueueEvent = { readonly type: 'trade' | 'depth'; readonly price: ExactDecimal; readonly size: ExactDecimal }

export type QueueStep = { readonly position: QueuePosition; readonly fill: ExactDecimal }

/**
 * The conservative FIFO queue: trades at our price go to those ahead first and what exceeds them to us; a trade through our price fills
 * all; a smaller displayed size takes its cancels from those behind, until no more can be ahead than is displayed.
 */
export function queueAfter(position: QueuePosition, { type, price, size }: QueueEvent): QueueStep {
  const { side, remaining, ahead } = position
  const distance = compareExact(price, position.price)
  if (type === 'depth') {
    return { position: distance === 0 ? { ...position, ahead: minExact(ahead, size) } : position, fill: zero }
  }
  const isThrough = side === 'buy' ? distance < 0 : distance > 0
  if (isThrough) return { position: { ...position, remaining: zero, ahead: zero }, fill: remaining }
  if (distance !== 0) return { position, fill: zero }
  const passed = minExact(ahead, size)
  const fill = minExact(subtractExact(size, passed), remaining)
  return {
    position: { ...position, remaining: subtractExact(remaining, fill), ahead: subtractExact(ahead, passed) },
    fill,
  }
}
