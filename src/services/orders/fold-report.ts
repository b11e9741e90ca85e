import { addExact, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { filledBy } from '#lib/domain/client-order-id.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { findOrder, type SentOrder } from '#lib/domain/sent-orders.ts'
import { inNewUnits } from '#lib/domain/split.ts'
import {
  foldReport as foldIntoOrders,
  isCounted,
  isImpossibleFill,
  type Report,
  type ReportFold,
} from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { exitsOf } from './answer-fill.ts'
import { openedBy, takeOff } from './exits-left.ts'
import { doExitsWait, isUnsent } from './few-exits.ts'
import { foldMassEnd } from './mass-cancel.ts'
import { type Exit, type Following, isForgotten, type OrderBook, type Refusal } from './order-book.ts'
import { heldIn, movePosition } from './positions.ts'
import { canProtect, endExits, foldExitEnd, foldUnsent, isVerdictAwaited } from './protection.ts'
import { foldOtherEnd } from './taken-exits.ts'

/** Folds what a venue says of an order; answers what was impossible about it, else null. [O10]-[O15] */
export function foldReport(book: OrderBook, report: Report): Refusal | null {
  const { clientOrderId } = report.payload
  const order = findOrder(book.orders, clientOrderId)
  const isAsked = order?.progress.status === 'pending_cancel'
  const outcome = foldIntoOrders(book.orders, report)
  const opened = report.topic === 'order.fill' && isCounted(outcome) ? countFill(book, report.payload, order) : '0'
  if (!order) {
    if (outcome === 'repeated' || outcome === 'external') return null
    return isForgotten(book, clientOrderId) ? forgotten(report) : neverSent(report)
  }
  if (outcome === 'applied' && report.topic === 'order.fill') {
    for (const fill of takeOff(book.left, inNewUnits(report.payload, order.splits))) endExits(book, fill)
    const { instrument } = report.payload
    const bracket = book.brackets.get(clientOrderId)
    const filled = { ...report.payload, quantity: opened }
    const exits = bracket ? exitsOf(filled, bracket, order.progress.tradeIds.length, report.at) : []
    book.following = { instrument, exits, fate: foldExits(book, order, exits, report.seq) }
  }
  if (!book.orders.working.has(clientOrderId)) {
    foldMassEnd(book, order)
    foldExitEnd(book, order, report, isAsked)
    foldOtherEnd(book, order)
  }
  forgetBrackets(book)
  return outcome === 'applied' || outcome === 'external' || outcome === 'repeated'
    ? null
    : refuse(report, order, outcome)
}

/** Answers what of it has opened a position. */
function countFill(book: OrderBook, payload: PayloadOf<'order.fill'>, order?: SentOrder): string {
  const fill = inNewUnits(payload, order?.splits)
  // What is told of a fill of before a split is in its own units.
  const opened = order?.splits ? payload.quantity : openedBy(heldIn(book, fill), fill)
  movePosition(book, fill, movedBy(fill))
  return opened
}

/** What does not go at once waits in the book. Decided here alone: the end of the entry that the same fill brings may let go on what it waits for. */
function foldExits(book: OrderBook, order: SentOrder, exits: readonly Exit[], since: number): Following['fate'] {
  if (order.splits) return 'split'
  const isAwaited = isVerdictAwaited(book, order)
  if (isAwaited || !canProtect(book)) {
    for (const exit of exits) foldUnsent(book, exit, since)
    return isAwaited ? 'waiting' : 'kept'
  }
  if (!doExitsWait(book, order.clientOrderId)) return 'sent'
  foldBehindOthers(book, exits, since)
  return 'waiting'
}

/** Fills that wait are covered together, where all exits of the first of them wait. [O32] */
function foldBehindOthers(book: OrderBook, exits: readonly Exit[], since: number): void {
  const [exit] = exits
  if (exit === undefined) return
  const fill = [...book.lost].map(filledBy).find((one) => one !== null && doesWait(book, one, exits))
  const one = fill ? book.left.get(fill) : undefined
  if (!fill || one === undefined) for (const unsent of exits) foldUnsent(book, unsent, since)
  else
    book.left.set(fill, {
      ...one,
      quantity: formatExact(addExact(parseExact(one.quantity), parseExact(exit.quantity))),
      since,
    })
}

const doesWait = (book: OrderBook, fill: string, exits: readonly Exit[]): boolean =>
  exits.every(({ clientOrderId, closes }) => {
    const name = fill + clientOrderId.at(-1)
    const waiting = book.lost.has(name) ? book.exits.get(name) : undefined
    return waiting !== undefined && waiting.closes === closes && isUnsent(book, waiting)
  })

// With the orders that they belong to: one that works for long keeps no others.
function forgetBrackets({ brackets, orders }: OrderBook): void {
  for (const entry of brackets.keys()) {
    if (orders.ended.has(entry)) return
    if (!orders.working.has(entry)) brackets.delete(entry)
  }
}

type Fault = Exclude<ReportFold, 'applied' | 'external' | 'repeated'>

const forgotten = (report: Report): Refusal | null =>
  report.topic === 'order.fill'
    ? refusal(
        report,
        'it ended so long ago that this may be new, or counted before: compare positions',
        report.payload.instrument,
      )
    : null

const neverSent = (report: Report): Refusal =>
  refusal(report, 'no such order was sent', report.topic === 'order.fill' ? report.payload.instrument : null)

function refuse(report: Report, order: SentOrder, outcome: Fault): Refusal {
  const { status, filled, quantity } = order.progress
  const found = `the order to ${order.side} ${quantity} ${order.instrument} is ${status} with ${filled} filled`
  const said =
    report.topic === 'order.fill'
      ? `to ${report.payload.side} ${report.payload.quantity} ${report.payload.instrument}, trade ${report.payload.tradeId}: `
      : ''
  return refusal(
    report,
    `${said}${outcome}; ${found}`,
    isImpossibleFill(report, outcome) ? report.payload.instrument : null,
  )
}

const refusal = (report: Report, why: string, halts: string | null): Refusal => ({
  alert: {
    code: 'VENUE_REPORT_REFUSED',
    subject: report.payload.clientOrderId,
    message: `${report.id} says ${report.topic} ${why}`,
  },
  halts,
})
