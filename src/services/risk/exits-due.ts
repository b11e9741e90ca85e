import { exitInPlaceOf, filledBy } from '#lib/domain/client-order-id.ts'
import { openLeft } from '#lib/domain/exits-left.ts'
import type { Place } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Account } from './account.ts'
import { bookKey, findBook, positionOf, workingOf } from './book.ts'
import type { ExitsDue } from './exits.ts'
import { hasExpired } from './listing.ts'

/** A fill of an entry is followed by exits of what it opened: from here on they are on their way. Where everything is halted they are kept back. [R47] */
export function foldExitsDue(account: Account, order: SentOrder, opened: string, seq: number): void {
  dropLapsed(account)
  if (order.hasBracket !== true || !/[1-9]/.test(opened)) return
  const { clientOrderId, strategy, instrument, progress } = order
  const fill = `${clientOrderId}-${progress.tradeIds.length}`
  const side = order.side === 'buy' ? 'sell' : 'buy'
  openLeft(account.exits.left, fill, { strategy, instrument, side, quantity: opened })
  if (account.halt?.state === 'HALTED') account.exits.taken.add(fill)
  else account.exits.due.set(fill, { at: account.now, seq })
}

/** In place of an exit that its venue does not keep another comes, where something is left to close, unless its cancel was on its way. [R47] */
export function foldExitFailure(account: Account, order: SentOrder, isRejected: boolean, seq: number): void {
  const { clientOrderId } = order
  const fill = filledBy(clientOrderId)
  if (fill === null || order.splits || exitInPlaceOf(clientOrderId, isRejected) === null) return
  const listing = account.instruments.get(order.instrument)
  if (!account.exits.left.has(fill) || (listing && hasExpired(listing, account.now))) return
  // The order engine may not have heard of the halt, or sends it when that is over.
  if (account.halt?.state === 'HALTED') account.exits.taken.add(fill)
  else account.exits.due.set(fill, { at: account.now, seq, exit: clientOrderId })
}

/** The order engine knew of a wish, or a halt, when it heard of the end of that exit: nothing takes its place. */
export function foldExitCancel(account: Account, clientOrderId: string): void {
  const fill = filledBy(clientOrderId)
  if (fill === null || account.exits.due.get(fill)?.exit !== clientOrderId) return
  account.exits.due.delete(fill)
  forgetIfGone(account, fill)
}

/** They are there; a wish that waits takes the other of a pair with the first. */
export function foldExitsSaid(account: Account, exit: SentOrder): void {
  const { left, due, taken } = account.exits
  const fill = filledBy(exit.clientOrderId)
  if (fill === null) return
  const { strategy, instrument, side, progress } = exit
  openLeft(left, fill, { strategy, instrument, side, quantity: progress.quantity })
  due.delete(fill)
  if (!account.waiting.has(bookKey(strategy, instrument))) taken.delete(fill)
}

/** Where nothing is held, as after the end of a contract, nothing is left to close. [O26] [O29] */
export function foldNothingHeld(account: Account, { strategy, instrument }: Place): void {
  if (positionOf(account, strategy, instrument).units !== 0n) return
  const key = bookKey(strategy, instrument)
  forgetExits(
    account,
    [...account.exits.left.keys()].filter((fill) => keyOf(account, fill) === key),
  )
}

/** They are over: what their fills opened is closed, or of other units. [O29] */
export function forgetExits({ exits: { left, due, taken } }: Account, fills: readonly string[]): void {
  for (const fill of fills) {
    left.delete(fill)
    due.delete(fill)
    taken.delete(fill)
  }
}

/** With its last exit goes what was left of a fill: those at work, on their way, or to come back. */
export function forgetIfGone(account: Account, fill: string): void {
  const { left, due, taken } = account.exits
  const one = left.get(fill)
  if (one === undefined || due.has(fill) || taken.has(fill)) return
  for (const { clientOrderId } of workingOf(account, one.strategy, one.instrument))
    if (filledBy(clientOrderId) === fill) return
  left.delete(fill)
}

/** Has the strategy orders at work in the instrument, or exits on their way there? Or may it have? */
export const hasWorking = (account: Account, strategy: string, instrument: string): boolean =>
  (findBook(account, strategy, instrument)?.orders.size ?? 0) > 0 ||
  areExitsDue(account, bookKey(strategy, instrument)) ||
  isTakingUnread(account, { strategy, instrument })

/** May the order engine have sent the exits again before it heard that a wish takes them? [R47] */
function isTakingUnread(account: Account, place: Place): boolean {
  const one = account.exits.superseding.get(bookKey(place.strategy, place.instrument))
  return one != null && account.now - one.at <= longestMicros && takenAt(account, place).length > 0
}

/** May exits come here that are not known to be at work: those that were taken, or never came in time? An order that closes only reduces then. */
export const mayExitsCome = (account: Account, place: Place): boolean =>
  takenAt(account, place).length > 0 || dueAt(account, bookKey(place.strategy, place.instrument)).length > 0

export function takenAt(account: Account, { strategy, instrument }: Place): string[] {
  const key = bookKey(strategy, instrument)
  return [...account.exits.taken].filter((fill) => keyOf(account, fill) === key)
}

/** Has a fill here exits that the order engine is yet to say? */
export const areExitsDue = (account: Account, key: string): boolean =>
  dueAt(account, key).some((due) => !isLapsed(account, due))

const dueAt = (account: Account, key: string): ExitsDue[] =>
  [...account.exits.due].filter(([fill]) => keyOf(account, fill) === key).map(([, due]) => due)

/** The book that exits of a fill are in. */
export function keyOf({ exits }: Account, fill: string): string | null {
  const one = exits.left.get(fill)
  return one === undefined ? null : bookKey(one.strategy, one.instrument)
}

function dropLapsed(account: Account): void {
  for (const [fill, due] of account.exits.due) {
    if (!isLapsed(account, due)) continue
    account.exits.due.delete(fill)
    forgetIfGone(account, fill)
  }
}

/** The order engine has passed what it was to answer so, and long enough ago: it will not send them. */
const isLapsed = ({ now, engineSeq }: Account, { at, seq }: ExitsDue): boolean =>
  now - at > longestMicros && engineSeq >= seq

/** The order engine answers within this, microseconds. */
const longestMicros = 5_000_000
