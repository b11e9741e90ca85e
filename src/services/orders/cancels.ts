import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Halt, OrderBook } from './order-book.ts'
import { isProtection } from './protection.ts'

/** Whose end a halt wants. [O7] */
export const meantBy =
  ({ kind }: Pick<Halt, 'kind'>) =>
  (order: SentOrder): boolean =>
    kind !== 'reducing' || !isProtection(order)

/** Whose end `cancel_all` wants. [O8] */
export const ofTarget =
  ({ target }: PayloadOf<'system.command'>) =>
  (order: SentOrder): boolean =>
    target === undefined || order.strategy === target

/** Asks for the cancel of what works and is meant, once each, oldest first. */
export function cancelsOf(
  book: OrderBook,
  reason: string,
  isMeant: (order: SentOrder) => boolean,
): Statement<'order.cancel_requested'>[] {
  const cancels: Statement<'order.cancel_requested'>[] = []
  for (const order of book.orders.working.values()) {
    if (order.progress.status === 'pending_cancel' || !isMeant(order)) continue
    const { clientOrderId, instrument } = order
    cancels.push({
      topic: 'order.cancel_requested',
      payload: { clientOrderId, instrument, reason: reason.slice(0, 2000) },
    })
  }
  return cancels
}
