import type { Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { isEnded, type OrderHappening } from './order-lifecycle.ts'
import { applyFill, applyHappening, type ReportOutcome } from './order-progress.ts'
import type { SentOrder } from './sent-orders.ts'

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

const happeningOf = {
  'order.accepted': 'accepted',
  'order.triggered': 'triggered',
  'order.rejected': 'rejected',
  'order.canceled': 'canceled',
  'order.expired': 'expired',
} as const satisfies Record<string, OrderHappening>
