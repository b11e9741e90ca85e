import { compareDecimalText } from '#lib/bars/exact-decimal.ts'
import { contractOf, endOf } from '#lib/domain/contract.ts'
import { commandResult, operatorWords } from '#lib/domain/operator-command.ts'
import { applyHappening, shrinkOrder } from '#lib/domain/order-progress.ts'
import { findOrder, type SentOrder } from '#lib/domain/sent-orders.ts'
import { happeningOf } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { OrderBook, Refusal } from './order-book.ts'
import { foldExitMove, isProtection } from './protection.ts'

/**
 * An operator moves the limit of an order at work, or has it ask for less. The gate is not asked again, so no price is asked for at which the order would weigh
 * more than the gate has reserved for it, or would meet what the approved one did not. [O22] [O28]
 */
export function answerReplace(
  book: OrderBook,
  { id, payload }: Event<'system.command'>,
): readonly Statement<'order.update_requested' | 'system.command.result'>[] {
  const { order: clientOrderId = '', limitPrice, quantity } = payload
  const order = book.orders.working.get(clientOrderId)
  const result = (isDone: boolean, message: string) => commandResult(id, isDone, message)
  if ((limitPrice === undefined) === (quantity === undefined))
    return [result(false, 'a replace names a limit price or a quantity')]
  if (order === undefined) return [result(false, `no order ${clientOrderId} is at work`)]
  const why = notNow(order) ?? (limitPrice === undefined ? null : unmoved(book, order, limitPrice))
  const whyNotLess = quantity === undefined ? null : notLess(order, quantity)
  if (why !== null || whyNotLess !== null) return [result(false, why ?? (whyNotLess as string))]
  const change = limitPrice === undefined ? { quantity } : { limitPrice }
  const update = { clientOrderId, instrument: order.instrument, ...change, reason: operatorWords(payload) }
  const what = limitPrice === undefined ? `ask for ${quantity}` : `be moved to ${limitPrice}`
  return [{ topic: 'order.update_requested', payload: update }, result(true, `${clientOrderId} is to ${what}`)]
}

/** Where a lower price weighs more, and when a contract ends. [O22] [O26] */
export function foldListing({ inverse, ends }: OrderBook, listing: PayloadOf<'md.instrument'>): void {
  const end = endOf(listing)
  if (end === null) ends.delete(listing.instrument)
  else ends.set(listing.instrument, end)
  if (contractOf(listing).isInverse) inverse.add(listing.instrument)
  else inverse.delete(listing.instrument)
}

/** What was asked for, and what the venue says of it; late ones change nothing. [O22] */
export function foldUpdate(
  book: OrderBook,
  { id, topic, payload }: Event<'order.update_requested' | 'order.updated' | 'order.update_rejected'>,
): Refusal | null {
  const order = findOrder(book.orders, payload.clientOrderId)
  const { limitPrice, quantity } = payload as PayloadOf<'order.updated'>
  if (topic === 'order.updated' && limitPrice !== undefined) foldExitMove(book, payload.clientOrderId, limitPrice)
  const outcome = order === undefined ? 'unknown' : applyHappening(order.progress, happeningOf[topic])
  if (topic === 'order.updated' && order && quantity !== undefined) shrinkOrder(order.progress, quantity)
  if (outcome === 'applied' || outcome === 'repeated' || topic === 'order.update_requested') return null
  const message = `${id} says ${topic} of an order that is ${order?.progress.status ?? 'not known'}`
  return { alert: { code: 'VENUE_REPORT_REFUSED', subject: payload.clientOrderId, message }, halts: null }
}

/** Why it is not to be changed at all; null where it is. */
function notNow({ progress: { status }, limitPrice }: SentOrder): string | null {
  if (status === 'submitted') return 'the venue has yet to accept it'
  if (status === 'pending_cancel' || status === 'pending_update')
    return `its ${status.slice('pending_'.length)} is under way`
  return limitPrice === undefined ? 'only limit orders are moved' : null
}

/** Why it cannot ask for so much; null where it can. [O28] */
function notLess({ progress: { quantity: whole, filled }, closes }: SentOrder, quantity: string): string | null {
  if (closes !== undefined) return 'an exit closes all of its fill: only its price is moved'
  if (compareDecimalText(quantity, whole) >= 0) return `${quantity} is not less than ${whole}: more takes a new wish`
  return compareDecimalText(quantity, filled) > 0
    ? null
    : `${filled} of it is filled: what is left is ended by trader order cancel`
}

/** Why it cannot be moved there; null where it can. [O22] */
function unmoved({ inverse }: OrderBook, order: SentOrder, limitPrice: string): string | null {
  const { instrument, side, limitPrice: approved = limitPrice } = order
  const distance = compareDecimalText(limitPrice, approved)
  const isWorse = side === 'buy' ? distance > 0 : distance < 0
  // What may open a position is counted at its limit by the gate: higher is dearer, of an inverse contract lower.
  const isDearer = !isProtection(order) && (inverse.has(instrument) ? distance < 0 : distance > 0)
  return isWorse || isDearer
    ? `${limitPrice} is beyond ${approved}, which the risk gate approved: it takes a new wish`
    : null
}
