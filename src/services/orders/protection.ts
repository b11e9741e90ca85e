import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { otherExitOf, sentAgainAs } from '#lib/domain/client-order-id.ts'
import type { OrderProgress } from '#lib/domain/order-progress.ts'
import { findOrder, type SentOrder } from '#lib/domain/sent-orders.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import type { Exit, OrderBook } from './order-book.ts'

/** How long an exit may be on its way to its venue. */
export const exitTtlMicros = 86_400_000_000

/** May exits be sent now? What only reduces may, unless everything is halted. */
export const canProtect = ({ halt }: OrderBook): boolean => halt === null || halt.kind === 'reducing'

/** Does it survive a halt that lets live what reduces? [O7] */
export const isProtection = ({ closes, isReduceOnly }: SentOrder): boolean =>
  closes !== undefined || isReduceOnly === true

/** A halt that cancels an exit remembers it, unless the position goes with it. [O20] */
export function foldExitCancel(book: OrderBook, clientOrderId: string): void {
  const exit = book.exits.get(clientOrderId)
  if (exit !== undefined && book.halt?.kind === 'halted') lose(book, exit, clientOrderId)
}

/** Exits that a fill would have been followed by, had nothing been halted. [O20] */
export function foldExitsUnsent(book: OrderBook, exits: readonly Exit[]): void {
  if (book.halt?.kind === 'halted') for (const exit of exits) lose(book, exit, null)
}

/** What an exit that a halt took had left, after a report of it: nothing is left of the pair when it was filled whole. */
export function foldExitReport(book: OrderBook, { clientOrderId, progress }: SentOrder): void {
  const exit = book.exits.get(clientOrderId)
  if (exit !== undefined && !book.orders.working.has(clientOrderId)) book.exits.delete(clientOrderId)
  const other = otherExitOf(clientOrderId)
  if (other === null) return
  const again = sentAgainAs(clientOrderId)
  const lost = book.lost.get(again)
  if (lost === undefined) return
  if (progress.status === 'filled') {
    book.lost.delete(again)
    book.lost.delete(sentAgainAs(other))
    return
  }
  book.lost.set(again, { ...lost, exit: { ...lost.exit, quantity: leavesOf(progress) } })
}

/** Sends again what a halt took, once the order before it has ended and exits may be sent. [O20] */
export function restoreProtection(book: OrderBook, at: number): Statement<'order.submitted'>[] {
  if (!canProtect(book)) return []
  const ready = [...book.lost.values()].filter(({ of }) => of === null || !book.orders.working.has(of))
  return ready.map(({ exit }) => ({ topic: 'order.submitted', payload: { ...exit, expiresAt: at + exitTtlMicros } }))
}

/** Says of every entry whose exits a halt takes that its position is open without them. [O20] */
export function tellLost(book: OrderBook): Statement<'system.alert'>[] {
  return canProtect(book) ? [] : byEntry(book, () => true).map((exits) => protectionLost(book, exits))
}

/** The same of exits in what is split: the venue cancels them, and they are not sent again. [O24] */
export const tellSplit = (book: OrderBook, instrument: string): Statement<'system.alert'>[] =>
  byEntry(book, (exit) => exit.instrument === instrument).map(splitTook)

/** Exits are of the old units. [O24] */
export const splitTook = (exits: readonly Exit[]): Statement<'system.alert'> =>
  lossOf(exits, 'the split', 'they are not sent again')

/** The position that these exits of one entry were to close is open without them. */
export function protectionLost({ halt }: OrderBook, exits: readonly Exit[]): Statement<'system.alert'> {
  const isClosed = halt?.kind === 'flattening'
  const next = isClosed ? 'the halt closes the position, and they are not sent again' : 'they are sent again after it'
  return lossOf(exits, 'the halt', next)
}

const byEntry = (book: OrderBook, isMeant: (exit: Exit) => boolean): Exit[][] => {
  const isLeft = ({ clientOrderId }: Exit) => statusOf(book, clientOrderId) !== 'pending_cancel'
  const exits = [...book.exits.values()].filter((exit) => isLeft(exit) && isMeant(exit))
  return [...Map.groupBy(exits, ({ closes }) => closes).values()]
}

function lossOf(exits: readonly Exit[], to: string, next: string): Statement<'system.alert'> {
  const [{ strategy, instrument, closes = '' } = {} as Exit] = exits
  const ids = exits.map(({ clientOrderId, quantity }) => `${clientOrderId} (${quantity})`).join(', ')
  const message = `the position of ${strategy} in ${instrument} loses its exits to ${to}: ${ids}; ${next}`
  return {
    topic: 'system.alert',
    payload: { code: 'PROTECTION_LOST', subject: closes, message: message.slice(0, 2_000) },
  }
}

function lose(book: OrderBook, exit: Exit, of: string | null): void {
  const again = sentAgainAs(exit.clientOrderId)
  const order = of === null ? undefined : findOrder(book.orders, of)
  const quantity = order === undefined ? exit.quantity : leavesOf(order.progress)
  book.lost.set(again, { exit: { ...exit, clientOrderId: again, quantity }, of })
}

const leavesOf = ({ quantity, filled }: OrderProgress): string =>
  formatExact(subtractExact(parseExact(quantity), parseExact(filled)))

const statusOf = (book: OrderBook, clientOrderId: string) => book.orders.working.get(clientOrderId)?.progress.status
