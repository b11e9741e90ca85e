import { filledBy } from '#lib/domain/client-order-id.ts'
import { dropLeft } from '#lib/domain/exits-left.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Account } from './account.ts'
import { bookKey, workingOf } from './book.ts'
import { forgetIfGone, keyOf } from './exits-due.ts'
import { noteTime } from './rate-window.ts'

type Place = { readonly strategy: string; readonly instrument: string }

/** A wish takes what works, exits too. [R31] [R47] */
export function foldSuperseded(account: Account, { strategy, instrument }: Place): void {
  noteTime(account.canceledAt, account.now)
  // Those whose cancel is on its way were taken before, do not come back, or were to when that has ended.
  const working = [...workingOf(account, strategy, instrument)]
  const isTaken = ({ clientOrderId, progress }: SentOrder) =>
    account.exitsDue.delete(filledBy(clientOrderId) ?? '') || progress.status !== 'pending_cancel'
  foldTaken(account, working.filter(isTaken))
}

/** Exits that are taken may be sent again, where something is left to close. [R47] */
export function foldTaken({ exitsLeft, takenExits }: Account, orders: Iterable<SentOrder>): void {
  for (const { clientOrderId } of orders) {
    const fill = filledBy(clientOrderId)
    if (fill !== null && exitsLeft.has(fill)) takenExits.add(fill)
  }
}

/** An order has ended: of a pair that comes back, each exit does by itself. */
export function foldTakenEnd(account: Account, order: SentOrder): void {
  const fill = order.closes === undefined ? null : filledBy(order.clientOrderId)
  if (fill !== null && account.exitsDue.has(fill)) foldTaken(account, [order])
  dueAgain(account, order)
}

/** Nothing came of a wish: the exits that it took come back, unless nothing is held. [R47] */
export function foldRefusal(account: Account, { code, value, ...place }: PayloadOf<'risk.rejected'>): void {
  if (code !== 'ALREADY_AT_TARGET' || value === undefined || /[1-9]/.test(value)) dueAgain(account, place)
  else if (mayComeBack(account, place)) forgetTaken(account, place)
}

/** Nothing came of what they were taken for: they are on their way again, where nothing waits or works there and not all is halted. [R47] */
export function dueAgain(account: Account, place: Place): void {
  const { takenExits, exitsDue, halt, now } = account
  if (takenExits.size === 0 || halt?.state === 'HALTED' || !mayComeBack(account, place)) return
  for (const fill of takenAt(account, place)) {
    takenExits.delete(fill)
    exitsDue.set(fill, { at: now, seq: 0 })
  }
}

/** The halt that kept them is over. */
export function allDueAgain(account: Account): void {
  for (const fill of [...account.takenExits]) {
    const left = account.exitsLeft.get(fill)
    if (left !== undefined) dueAgain(account, left)
  }
}

/** Those of the old units do not come back. */
export function splitTaken(account: Account, instrument: string): void {
  const { takenExits, exitsDue, exitsLeft } = account
  dropLeft(exitsLeft, instrument)
  for (const fill of [...takenExits, ...exitsDue.keys()]) {
    if (exitsLeft.has(fill)) continue
    takenExits.delete(fill)
    exitsDue.delete(fill)
  }
}

/** Neither a wish waits nor another order works there. */
function mayComeBack(account: Account, { strategy, instrument }: Place): boolean {
  if (account.waiting.has(bookKey(strategy, instrument))) return false
  for (const { closes } of workingOf(account, strategy, instrument)) if (closes === undefined) return false
  return true
}

function forgetTaken(account: Account, place: Place): void {
  for (const fill of takenAt(account, place)) {
    account.takenExits.delete(fill)
    forgetIfGone(account, fill)
  }
}

function takenAt(account: Account, { strategy, instrument }: Place): string[] {
  const key = bookKey(strategy, instrument)
  return [...account.takenExits].filter((fill) => keyOf(account, fill) === key)
}
