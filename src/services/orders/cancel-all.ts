import { exitNameOf } from '#lib/domain/client-order-id.ts'
import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { cancelsOf } from './cancels.ts'
import { beginMassCancel, reportMassCancels } from './mass-cancel.ts'
import type { OrderBook } from './order-book.ts'
import { endWaiting } from './taken-exits.ts'

/** An operator wants the end of all that works, and of exits that are yet to be sent again. [O8] */
export function foldCancelAll(book: OrderBook, event: Event<'system.command'>): void {
  beginMassCancel(book, event, ofTarget(event.payload))
  book.unwanted = endWaiting(book, ofTarget(event.payload))
}

/** Or of one of them. [O23] */
export function foldCancel(book: OrderBook, { order }: PayloadOf<'system.command'>): void {
  book.unwanted = endWaiting(book, ({ clientOrderId }) => clientOrderId === order)
}

export function answerCancelAll(
  book: OrderBook,
  { id, payload }: Event<'system.command'>,
): readonly Statement<'order.cancel_requested' | 'system.command.result' | 'order.mass_cancel_reported'>[] {
  const cancels = cancelsOf(book, operatorWords(payload), ofTarget(payload))
  const exits = cancels.filter(({ payload: { clientOrderId } }) => exitNameOf(clientOrderId) !== null).length
  const ofThem = exits === 0 ? '' : `, ${exits} of them exits of open positions`
  const unsent = book.unwanted === 0 ? '' : `; ${book.unwanted} exits that waited are not sent again`
  const message = `cancel requested for ${cancels.length} of ${book.orders.working.size} working orders${ofThem}${unsent}`
  return [...cancels, commandResult(id, true, message), ...reportMassCancels(book)]
}

const ofTarget =
  ({ target }: PayloadOf<'system.command'>) =>
  ({ strategy }: { readonly strategy: string }): boolean =>
    target === undefined || strategy === target
