import type { Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { approvalOf } from './client-order-id.ts'
import { isExternalOrder } from './external-order.ts'
import { isEnded, type OrderHappening } from './order-lifecycle.ts'
import { applyFill, applyHappening, type ReportOutcome } from './order-progress.ts'
import { findOrder, rememberTrade, type SentOrder, type SentOrders, shelveIfEnded } from './sent-orders.ts'

/** What a venue says of an order of ours. */
export const reportTopics = [
  'order.accepted',
  'order.triggered',
  'order.rejected',
  'order.fill',
  'order.canceled',
  'order.expired',
] as const satisfies Topic[]
export type Report = Event<(typeof reportTopics)[number]>

/** All that a venue says, of orders and of what is held. */
export const venueTopics = [
  ...reportTopics,
  'order.updated',
  'order.update_rejected',
  'venue.settled',
  'venue.paid',
] as const satisfies Topic[]

/** What happens to an order with each event that is not a fill. */
export const happeningOf = {
  'order.accepted': 'accepted',
  'order.triggered': 'triggered',
  'order.rejected': 'rejected',
  'order.canceled': 'canceled',
  'order.expired': 'expired',
  'order.cancel_requested': 'cancel_requested',
  'order.update_requested': 'update_requested',
  'order.updated': 'updated',
  'order.update_rejected': 'update_rejected',
} as const satisfies Partial<Record<Topic, OrderHappening>>

/**
 * `unknown`: of an order that bears an id of ours and ended too long ago, or was never sent. `external`: a new trade of one that somebody else has sent to
 * the venue, by the venue's own record. `stranger`: of one that nobody can have sent.
 */
export type ReportFold = ReturnType<typeof applyReport> | 'unknown' | 'external' | 'stranger'

/**
 * Folds a report into the orders that it is about, in place: the one rule by which a fill counts, for the order engine, the risk gate and the books.
 * One trade id of an order counts once, also after its end. What an order of ours that is not known any more was filled is refused: it may have
 * been counted before. A stranger's trade counts once: it moved the account, whoever ordered it.
 */
export function foldReport(orders: SentOrders, report: Report): ReportFold {
  const order = findOrder(orders, report.payload.clientOrderId)
  if (order === undefined) return report.topic === 'order.fill' ? foldStranger(orders, report.payload) : 'unknown'
  const outcome = applyReport(order, report)
  shelveIfEnded(orders, order)
  return outcome
}

/** Does this fill move the account? */
export const isCounted = (outcome: ReportFold): boolean =>
  outcome === 'applied' || outcome === 'external' || outcome === 'stranger'

/** Is it what cannot be, so that the instrument is halted until a person has compared positions with the venue's? */
export const isImpossibleFill = (report: Report, outcome: ReportFold): boolean =>
  report.topic === 'order.fill' && outcome !== 'applied' && outcome !== 'external' && outcome !== 'repeated'

/**
 * Folds a report into its order, in place. A fill in another instrument or on the other side is a `mismatch`. A rejected
 * duplicate ends nothing, since the first order of that id lives; an unknown order that had ended lost a race with its cancel.
 */
export function applyReport(order: SentOrder, report: Report): ReportOutcome | 'mismatch' {
  const { progress } = order
  if (report.topic === 'order.fill') {
    const { instrument, side, tradeId, quantity } = report.payload
    if (instrument !== order.instrument || side !== order.side) return 'mismatch'
    return applyFill(progress, tradeId, quantity)
  }
  if (report.topic === 'order.rejected') {
    if (report.payload.code === 'DUPLICATE_CLIENT_ORDER_ID') return 'repeated'
    if (report.payload.code === 'UNKNOWN_ORDER' && isEnded(progress.status)) return 'repeated'
  }
  return applyHappening(progress, happeningOf[report.topic])
}

function foldStranger(
  { strangers }: SentOrders,
  { clientOrderId, tradeId }: Extract<Report, { topic: 'order.fill' }>['payload'],
): ReportFold {
  if (approvalOf(clientOrderId) !== null) return 'unknown'
  if (!rememberTrade(strangers, clientOrderId, tradeId)) return 'repeated'
  return isExternalOrder(clientOrderId) ? 'external' : 'stranger'
}
