import { isAt } from '#lib/domain/place.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { cancelsOf } from './cancels.ts'
import type { OrderBook } from './order-book.ts'

/** A wish takes what works there; where no cancel is left to be asked for, that is said: the gate waits to hear that the wish is known. [O9] */
export function answerSuperseded(
  book: OrderBook,
  wish: PayloadOf<'risk.superseded'>,
): Statement<'order.cancel_requested' | 'order.superseded'>[] {
  const cancels = cancelsOf(book, 'superseded', (order) => isAt(order, wish))
  return cancels.length > 0 ? cancels : [{ topic: 'order.superseded', payload: wish }]
}
