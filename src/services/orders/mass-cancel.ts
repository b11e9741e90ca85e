import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Statement } from '#schemas/event.ts'
import type { OrderBook } from './order-book.ts'

/** The orders that a halt or a command wants ended: which of them are open, and how the others ended. */
export type MassCancel = {
  readonly of: string
  readonly since: number
  readonly ended: { canceled: number; filled: number; expired: number; rejected: number }
  readonly open: Set<string>
  /** It was said that some of them are open. */
  isLate: boolean
}

const lateAfterMicros = 5_000_000
const namedMost = 1_000
const none: readonly [] = Object.freeze([])

/** A halt or a command asks for the end of the orders that it means; those whose cancel is on its way are among them. [O21] */
export function beginMassCancel(
  book: OrderBook,
  { id, at }: { readonly id: string; readonly at: number },
  isMeant: (order: SentOrder) => boolean,
): void {
  const meant = [...book.orders.working.values()].filter(isMeant)
  const ended = { canceled: 0, filled: 0, expired: 0, rejected: 0 }
  const open = new Set(meant.map(({ clientOrderId }) => clientOrderId))
  book.massCancels.set(id, { of: id, since: at, ended, open, isLate: false })
}

/** An order has ended. */
export function foldMassEnd({ massCancels }: OrderBook, { clientOrderId, progress: { status } }: SentOrder): void {
  for (const { open, ended } of massCancels.values()) {
    if (!open.delete(clientOrderId)) continue
    if (status === 'canceled' || status === 'filled' || status === 'expired' || status === 'rejected') ended[status]++
  }
}

export function foldMassReport(
  { massCancels }: OrderBook,
  { of, open }: { of: string; open: readonly string[] },
): void {
  const known = massCancels.get(of)
  if (open.length === 0) massCancels.delete(of)
  else if (known) known.isLate = true
}

/** What the venue has confirmed in whole, and what it has not within 5 s. [O21] */
export function reportMassCancels({ massCancels, now }: OrderBook): readonly Statement<'order.mass_cancel_reported'>[] {
  if (massCancels.size === 0) return none
  const due = [...massCancels.values()].filter(
    ({ open, isLate, since }) => open.size === 0 || (!isLate && now - since >= lateAfterMicros),
  )
  return due.map(({ of, ended, open }) => ({
    topic: 'order.mass_cancel_reported',
    payload: { of, ...ended, openCount: open.size, open: [...open].slice(0, namedMost) },
  }))
}

export const massCancelsToJson = (all: OrderBook['massCancels']) =>
  [...all.values()].map(({ open, ended, ...rest }) => ({ ...rest, ended: { ...ended }, open: [...open] }))

export const massCancelsFromJson = (all: ReturnType<typeof massCancelsToJson>): OrderBook['massCancels'] =>
  new Map(all.map((one) => [one.of, { ...one, ended: { ...one.ended }, open: new Set(one.open) }]))
