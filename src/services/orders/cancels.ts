import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { externalStrategy } from '#lib/domain/external-order.ts'
import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import { negateExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Halt, OrderBook, Refusal } from './order-book.ts'
import { heldIn } from './positions.ts'
import { isProtection } from './protection.ts'

/** Whose end a halt wants. [O7] */
export const meantBy =
  (book: OrderBook, { kind }: Pick<Halt, 'kind'>) =>
  (order: SentOrder): boolean =>
    kind !== 'reducing' || !onlyReduces(book, order)

/** Exits, what is reduce-only, and what of its strategy's own only takes a position towards zero. [O7] */
export function onlyReduces(book: OrderBook, order: SentOrder): boolean {
  const { strategy, side, progress } = order
  if (isProtection(order)) return true
  if (strategy === externalStrategy) return false
  const held = heldIn(book, order)
  const leaves = subtractExact(parseExact(progress.quantity), parseExact(progress.filled))
  return compareExact(leaves, side === 'sell' ? held : negateExact(held)) <= 0
}

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
    const payload = { clientOrderId, instrument, reason: reason.slice(0, 2_000) }
    cancels.push({ topic: 'order.cancel_requested', payload })
  }
  return cancels
}

/** What is adopted while trading is halted is canceled like what works. [O25] */
export function answerAdoption(
  book: OrderBook,
  { clientOrderId, instrument }: PayloadOf<'order.adopted'>,
): readonly Statement<'order.cancel_requested'>[] {
  const { halt, haltedInstruments } = book
  const isHalted = (order: SentOrder) =>
    (halt !== null && meantBy(book, halt)(order)) || (haltedInstruments.has(instrument) && !isProtection(order))
  return cancelsOf(book, 'halted', (order) => order.clientOrderId === clientOrderId && isHalted(order))
}

/** A report that cannot be true is told; where it halts its instrument what adds there is canceled. [O12] [O13] */
export function answerRefusal(
  book: OrderBook,
  { alert, halts }: Refusal,
): readonly Statement<'system.alert' | 'order.cancel_requested'>[] {
  const cancels =
    halts === null
      ? []
      : cancelsOf(book, 'instrument halted', (order) => order.instrument === halts && !isProtection(order))
  return [{ topic: 'system.alert', payload: alert }, ...cancels]
}

/** An operator cancels one order; asked for again, it is said again. [O23] */
export function answerCancel(
  book: OrderBook,
  { id, payload }: Event<'system.command'>,
): readonly Statement<'order.cancel_requested' | 'system.command.result'>[] {
  const { order: clientOrderId = '', isGone } = payload
  const order = book.orders.working.get(clientOrderId)
  const result = (isDone: boolean, message: string) => commandResult(id, isDone, message)
  if (order === undefined && book.unwanted > 0) return [result(true, `${clientOrderId} waited, and is not sent again`)]
  if (order === undefined) return [result(false, `no order ${clientOrderId} is at work`)]
  const { instrument } = order
  const cancel = { clientOrderId, instrument, reason: operatorWords(payload), ...(isGone ? { isGone } : {}) }
  const what = isGone
    ? `${clientOrderId} has ended, if the venue knows nothing of it`
    : `${clientOrderId} is to be canceled`
  return [{ topic: 'order.cancel_requested', payload: cancel }, result(true, what)]
}
