import { isAt } from '#lib/domain/place.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { cancelOf, cancelsOf } from './cancels.ts'
import type { OrderBook } from './order-book.ts'
import { hasTaken } from './taken-exits.ts'

/** A wish takes what works there. Where exits are taken and all of it goes already one is asked for again: so the gate hears that the wish is known. [O9] */
export function answerSuperseded(
  book: OrderBook,
  place: PayloadOf<'risk.superseded'>,
): Statement<'order.cancel_requested'>[] {
  const cancels = cancelsOf(book, 'superseded', (order) => isAt(order, place))
  if (cancels.length > 0 || !hasTaken(book, place)) return cancels
  for (const order of book.orders.working.values()) if (isAt(order, place)) return [cancelOf(order, 'superseded')]
  return []
}
