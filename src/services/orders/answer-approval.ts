import { answeredSeq, clientOrderIdOf, compareAnswers, isRiskAnswer } from '#lib/domain/client-order-id.ts'
import { placeOf } from '#lib/domain/place.ts'
import { splitsUnheard } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { OrderBook } from './order-book.ts'

/** The one order of an approval, or why there is none. [O1]-[O6] */
export function answerApproval(
  book: OrderBook,
  { id, source, payload }: Event<'risk.approved'>,
): Statement<'order.submitted' | 'order.denied' | 'system.alert'> {
  if (!isRiskAnswer(id)) {
    const message = `${id} of ${source} is no answer of the risk gate: it made no order`
    return { topic: 'system.alert', payload: { code: 'SIGNATURE_INVALID', subject: id, message } }
  }
  const { intent: _, ...order } = payload
  const named = { clientOrderId: clientOrderIdOf(id), approval: id }
  const code = denialOf(book, id, payload)
  if (code === null) return { topic: 'order.submitted', payload: { ...named, ...order } }
  const { strategy, instrument } = payload
  return { topic: 'order.denied', payload: { ...named, strategy, instrument, code } }
}

function denialOf(
  book: OrderBook,
  id: string,
  { expiresAt, intent, ...place }: PayloadOf<'risk.approved'>,
): PayloadOf<'order.denied'>['code'] | null {
  if (book.newestApproval !== null && compareAnswers(id, book.newestApproval) <= 0) return 'APPROVAL_REUSED'
  const { instrument } = place
  if (expiresAt < book.now || book.overdue.get(placeOf(place)) === intent) return 'APPROVAL_EXPIRED'
  if (book.halt !== null && !isGivenAfter(book.halt.by, id)) return 'HALTED'
  const haltedBy = book.haltedInstruments.get(instrument)
  if (haltedBy !== undefined && answeredSeq(id) < haltedBy) return 'INSTRUMENT_HALTED'
  // Its quantity is of the old units, and the venue would take it as of the new ones.
  if (splitsUnheard(book.orders, instrument, id)) return 'APPROVAL_EXPIRED'
  return null
}

const isGivenAfter = (halt: string, approval: string): boolean =>
  isRiskAnswer(halt) && compareAnswers(approval, halt) > 0
