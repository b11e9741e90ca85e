import { compareAnswers, filledBy } from '#lib/domain/client-order-id.ts'
import type { Place } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { bookKey, workingOf } from './book.ts'
import { forgetExits, forgetIfGone, takenAt } from './exits-due.ts'
import { noteTime } from './rate-window.ts'

/** A wish takes what works, exits too. [R31] [R47] */
export function foldSuperseded(account: Account, { id, payload }: Event<'risk.superseded'>): void {
  const { strategy, instrument } = payload
  const key = bookKey(strategy, instrument)
  noteTime(account.canceledAt, account.now)
  if (!account.exits.superseding.has(key)) account.exits.superseding.set(key, { by: id, at: account.now })
  // Those whose cancel is on its way were taken before, do not come back, or were to when that has ended.
  const working = [...workingOf(account, strategy, instrument)]
  const { due } = account.exits
  const comesBack = (fill: string) => due.get(fill)?.seq === 0 && due.delete(fill)
  const isTaken = ({ clientOrderId, progress }: SentOrder) =>
    progress.status !== 'pending_cancel' || comesBack(filledBy(clientOrderId) ?? '')
  foldTaken(account, working.filter(isTaken))
}

/** The order engine cancels there for what the gate has said since: it knows of the wish. */
export function foldSupersededRead(
  { exits: { superseding } }: Account,
  { strategy, instrument }: Place,
  cause: string,
): void {
  const key = bookKey(strategy, instrument)
  const one = superseding.get(key)
  if (one && compareAnswers(cause, one.by) >= 0) superseding.set(key, null)
}

/** Exits that are taken may be sent again, where something is left to close. [R47] */
export function foldTaken({ exits: { left, taken } }: Account, orders: Iterable<SentOrder>): void {
  for (const { clientOrderId } of orders) {
    const fill = filledBy(clientOrderId)
    if (fill !== null && left.has(fill)) taken.add(fill)
  }
}

/** An order has ended: of a pair that comes back, each exit does by itself. */
export function foldTakenEnd(account: Account, order: SentOrder): void {
  const fill = order.closes === undefined ? null : filledBy(order.clientOrderId)
  if (fill !== null && account.exits.due.has(fill)) foldTaken(account, [order])
  dueAgain(account, order)
}

/** Nothing came of a wish: the exits that it took come back, unless nothing is held. [R47] */
export function foldRefusal(account: Account, { code, value, ...place }: PayloadOf<'risk.rejected'>): void {
  if (code !== 'ALREADY_AT_TARGET' || value === undefined || /[1-9]/.test(value)) dueAgain(account, place)
  else if (mayComeBack(account, place)) forgetTaken(account, place)
}

/** Nothing came of what they were taken for: they are on their way again, where nothing waits or works there and not all is halted. [R47] */
export function dueAgain(account: Account, place: Place): void {
  const { exits, halt, now } = account
  if (exits.taken.size === 0 || halt?.state === 'HALTED' || !mayComeBack(account, place)) return
  for (const fill of takenAt(account, place)) {
    exits.taken.delete(fill)
    exits.due.set(fill, { at: now, seq: 0 })
  }
}

/** The halt that kept them is over. */
export function allDueAgain(account: Account): void {
  for (const fill of [...account.exits.taken]) {
    const left = account.exits.left.get(fill)
    if (left !== undefined) dueAgain(account, left)
  }
}

/** Those of the old units do not come back. */
export function splitTaken(account: Account, instrument: string): void {
  const split = [...account.exits.left].filter(([, one]) => one.instrument === instrument)
  forgetExits(
    account,
    split.map(([fill]) => fill),
  )
}

/** Neither a wish waits nor another order works there. */
function mayComeBack(account: Account, { strategy, instrument }: Place): boolean {
  if (account.waiting.has(bookKey(strategy, instrument))) return false
  for (const { closes } of workingOf(account, strategy, instrument)) if (closes === undefined) return false
  return true
}

function forgetTaken(account: Account, place: Place): void {
  for (const fill of takenAt(account, place)) {
    account.exits.taken.delete(fill)
    forgetIfGone(account, fill)
  }
}
