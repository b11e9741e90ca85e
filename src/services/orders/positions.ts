import { addExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { type Place, placeOf } from '#lib/domain/place.ts'
import { type SplitRatio, splitQuantity } from '#lib/domain/split.ts'
import type { OrderBook } from './order-book.ts'

/** What a strategy holds in an instrument, signed. */
export const heldIn = ({ positions }: OrderBook, place: Place): ExactDecimal =>
  parseExact(positions.get(placeOf(place)) ?? '0')

/** A fill, or the end of a contract, moves a position by what was bought or sold. */
export function movePosition(book: OrderBook, place: Place, moved: ExactDecimal): void {
  const held = addExact(heldIn(book, place), moved)
  if (held.units === 0n) book.positions.delete(placeOf(place))
  else book.positions.set(placeOf(place), formatExact(held))
}

/** Positions are in new units. */
export function splitPositions({ positions }: OrderBook, instrument: string, ratio: SplitRatio): void {
  for (const [place, held] of positions)
    if (place.endsWith(` ${instrument}`)) positions.set(place, formatExact(splitQuantity(parseExact(held), ratio)))
}
