import { isEnded, type OrderHappening } from '#lib/domain/order-lifecycle.ts'
import { applyFill, applyHappening, type ReportOutcome } from '#lib/domain/order-progress.ts'
import type { Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { findOrder, isForgotten, type Order, type OrdersState, type Refusal, shelveIfEnded } from './order-book.ts'

export const reportTopics = ['order.accepted', 'order.rejected', 'order.fill', 'order.canceled', 'order.expired'] as const satisfies Topic[]
export type Report = Event<(typeof reportTopics)[number]>

/** Folds what a venue says of an order; answers what was impossible about it, else null. [O10]-[O15] */
export function foldReport(book: OrdersState, report: Report): Refusal | null {
  const { clientOrderId } = report.payload
  const order = findOrder(book, clientOrderId)
  if (!order) return isForgotten(book, clientOrderId) ? forgotten(report) : neverSent(report)
  const outcome = report.topic === 'order.fill' ? foldFill(order, report.payload) : foldLife(order, report)
  shelveIfEnded(book, order)
  return outcome === 'applied' || outcome === 'repeated' ? null : refuse(report, order, outcome)
}

type FillOutcome = ReportOutcome | 'mismatch'

function foldFill(order: Order, fill: Event<'order.fill'>['payload']): FillOutcome {
  if (fill.instrument !== order.instrument || fill.side !== order.side) return 'mismatch'
  return applyFill(order.progress, fill.tradeId, fill.quantity)
}

function foldLife({ progress }: Order, report: Exclude<Report, Event<'order.fill'>>): ReportOutcome {
  if (report.topic === 'order.rejected') {
    if (report.payload.code === 'DUPLICATE_CLIENT_ORDER_ID') return 'repeated'
    // The cancel lost the race: the order had ended before the venue read it.
    if (report.payload.code === 'UNKNOWN_ORDER' && isEnded(progress.status)) return 'repeated'
  }
  return applyHappening(progress, happeningOf[report.topic])
}

const happeningOf = {
  'order.accepted': 'accepted',
  'order.rejected': 'rejected',
  'order.canceled': 'canceled',
  'order.expired': 'expired',
} as const satisfies Record<string, OrderHappening>

const forgotten = (report: Report): Refusal | null =>
  report.topic === 'order.fill' ? refusal(report, 'it ended so long ago that this may be new', null) : null

const neverSent = (report: Report): Refusal =>
  refusal(report, 'no such order was sent', report.topic === 'order.fill' ? report.payload.instrument : null)

function refuse(report: Report, order: Order, outcome: Exclude<FillOutcome, 'applied' | 'repeated'>): Refusal {
  const { status, filled, quantity } = order.progress
  const found = `the order to ${order.side} ${quantity} ${order.instrument} is ${status} with ${filled} filled`
  const isFill = report.topic === 'order.fill'
  const said = isFill ? `to ${report.payload.side} ${report.payload.quantity} ${report.payload.instrument}, trade ${report.payload.tradeId}: ` : ''
  return refusal(report, `${said}${outcome}; ${found}`, isFill ? report.payload.instrument : null)
}

const refusal = (report: Report, why: string, halts: string | null): Refusal => ({
  alert: {
    code: 'VENUE_REPORT_REFUSED',
    subject: report.payload.clientOrderId,
    message: `${report.id} says ${report.topic} ${why}`,
  },
  halts,
})
