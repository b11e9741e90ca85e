import { exitInPlaceOf, exitKinds, exitNameOf, filledBy, sentAgainAs } from '#lib/domain/client-order-id.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { isAt, type Place, placeOf } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Report } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { openLeft } from './exits-left.ts'
import { isBehindOthers } from './few-exits.ts'
import { type Exit, exitTtlMicros, type OrderBook } from './order-book.ts'
import { heldIn, movePosition } from './positions.ts'
import { foldVenueClosed, hasContractEnded, isRefusedForNow, isToldOf } from './venue-closed.ts'

/** May exits be sent now? What only reduces may, unless everything is halted. */
export const canProtect = ({ halt }: OrderBook): boolean => halt === null || halt.kind === 'reducing'

/** Has a wish taken what works there, and no verdict yet? */
export const isVerdictAwaited = ({ awaited }: OrderBook, place: Place): boolean => awaited.has(placeOf(place))

/** Does it survive a halt that lets live what reduces? [O7] */
export const isProtection = ({ closes, isReduceOnly }: SentOrder): boolean =>
  closes !== undefined || isReduceOnly === true

/** It works from here on. [O18] */
export function foldExit({ exits, lost, left, refused }: OrderBook, exit: Exit, since: number): void {
  const [name, fill] = [exitNameOf(exit.clientOrderId), filledBy(exit.clientOrderId)]
  if (name === null || fill === null) return
  exits.set(name, exit)
  lost.delete(name)
  const known = refused.get(name)
  if (known) refused.set(name, { ...known, again: null })
  const { strategy, instrument, side, quantity } = exit
  openLeft(left, fill, { strategy, instrument, side, quantity, since })
}

/** Or is to be sent when a halt is over, a wish has its verdict, or the exits before it have arrived. [O20] [O27] [O32] */
export function foldUnsent(book: OrderBook, exit: Exit, since: number): void {
  foldExit(book, exit, since)
  const isTaken = book.halt?.kind === 'flattening' || isVerdictAwaited(book, exit)
  ;(isTaken ? book.taken : book.lost).add(exitNameOf(exit.clientOrderId) as string)
}

/** A halt that cancels an exit remembers it; one that flattens as what is to be closed. [O20] [O27] */
export function foldExitCancel(book: OrderBook, clientOrderId: string): void {
  const name = exitNameOf(clientOrderId)
  if (name === null || book.exits.get(name)?.clientOrderId !== clientOrderId) return
  if (book.halt?.kind === 'halted') book.lost.add(name)
  if (book.halt?.kind === 'flattening') book.taken.add(name)
}

/** An operator's price is the exit's from there on, also when it is sent again. [O22] */
export function foldExitMove({ exits }: OrderBook, clientOrderId: string, limitPrice: string): void {
  const name = exitNameOf(clientOrderId)
  const exit = name === null ? undefined : exits.get(name)
  if (name !== null && exit?.clientOrderId === clientOrderId) exits.set(name, { ...exit, limitPrice })
}

/** There is nothing left for the exits of that fill to close. [O19] [O29] */
export function endExits(book: OrderBook, fill: string): void {
  const names = exitKinds.map((kind) => fill + kind)
  book.needless = [...book.needless, ...names.flatMap((name) => book.exits.get(name)?.clientOrderId ?? [])]
  for (const name of names) forget(book, name)
}

/** An exit has ended: canceled by us, or by its venue, which leaves the position without it, unless the contract itself has ended. [O20] [O26] */
export function foldExitEnd(book: OrderBook, { clientOrderId }: SentOrder, report: Report, isAsked: boolean): void {
  const name = exitNameOf(clientOrderId)
  const exit = name === null ? undefined : book.exits.get(name)
  if (name === null || exit?.clientOrderId !== clientOrderId) return
  if (book.lost.has(name) || book.taken.has(name)) return
  if (isAsked || report.topic === 'order.fill' || hasContractEnded(book, exit)) {
    forget(book, name)
    return
  }
  const why = report.topic === 'order.rejected' ? `rejected ${report.payload.code}` : report.topic.replace('order.', '')
  if (isRefusedForNow(report)) {
    if (!isToldOf(book, exit.closes)) book.failed = { exit: withLeft(book, exit), why, next: exit.clientOrderId }
    foldVenueClosed(book, name, report.topic === 'order.rejected' && report.payload.code === 'TOO_MANY_ORDERS')
    return
  }
  const times = (book.ended.get(name) ?? 0) + 1
  book.ended.set(name, times)
  const next = exitInPlaceOf(exit.clientOrderId, report.topic === 'order.rejected', times)
  book.failed = { exit: withLeft(book, exit), why, next }
  if (next === null) {
    forget(book, name)
    return
  }
  book.exits.delete(name)
  if (exitNameOf(next) === name) return
  book.refused.delete(name)
  book.ended.delete(name)
}

/** The end of a contract leaves nothing to close. [O26] */
export function foldSettled(book: OrderBook, settled: PayloadOf<'venue.settled'>): void {
  movePosition(book, settled, movedBy(settled))
  if (heldIn(book, settled).units !== 0n) return
  for (const [name, exit] of book.exits)
    if (isAt(exit, settled) && !book.orders.working.has(exit.clientOrderId)) forget(book, name)
}

/** Exits in what is split are of the old units: none of them is sent again. [O24] */
export function foldExitSplit(book: OrderBook, instrument: string): void {
  const split = [...book.exits].filter(([, exit]) => exit.instrument === instrument)
  const kept = split.filter(([name, exit]) => book.lost.has(name) || book.taken.has(name) || !isGoing(book, exit))
  book.split = kept.map(([, exit]) => withLeft(book, exit))
  for (const [name] of split) forget(book, name)
}

/** Sends again what a halt or a wish took, once the order before it has ended and exits may be sent. [O20] */
export function restoreProtection(book: OrderBook, at: number): Statement<'order.submitted'>[] {
  if (book.lost.size === 0 || !canProtect(book)) return []
  const lost = [...book.lost].map((name) => book.exits.get(name) as Exit)
  const ready = lost.filter((exit) => !book.orders.working.has(exit.clientOrderId) && !isBehindOthers(book, exit, at))
  return ready.map((exit) => sent(withLeft(book, exit), sentAgainAs(exit.clientOrderId), at))
}

/** What takes the place of an exit that its venue does not keep, and a person hears of it. [O26] [O30] */
export function answerFailure(book: OrderBook, at: number): Statement<'system.alert' | 'order.submitted'>[] {
  if (book.failed === null) return []
  const { exit, why, next } = book.failed
  const tell = (what: string) => lossOf([exit], `the venue (${why})`, what)
  if (next === null) return [tell('it is not sent again')]
  if (next === exit.clientOrderId) return [tell('it is sent again until the venue takes it')]
  if (exitNameOf(next) === exitNameOf(exit.clientOrderId))
    return [tell(`it is sent again as ${next}`), sent(exit, next, at)]
  const { stopPrice: _, trailingOffset: __, ...rest } = exit
  return [tell(`${next} closes it at the market`), sent({ ...rest, orderType: 'market' }, next, at)]
}

/** Says of every entry whose exits a halt takes, or keeps from being sent again, that its position is open without them. [O20] */
export function tellLost(book: OrderBook): Statement<'system.alert'>[] {
  if (canProtect(book)) return []
  const isKept = (name: string, exit: Exit) =>
    book.lost.has(name) ? book.halt?.kind === 'halted' : !book.taken.has(name) && !isGoing(book, exit)
  const losses = [...book.exits].filter(([name, exit]) => !book.told.has(exit.closes ?? '') && isKept(name, exit))
  return byEntry(losses.map(([, exit]) => withLeft(book, exit))).map((of) => protectionLost(book, of))
}

/** The same of exits in what is split. [O24] */
export const tellSplit = ({ split }: OrderBook): Statement<'system.alert'>[] => byEntry(split).map(splitTook)

/** Exits are of the old units. [O24] */
export const splitTook = (exits: readonly Exit[]): Statement<'system.alert'> =>
  lossOf(exits, 'the split', 'they are not sent again')

/** The position that these exits of one entry were to close is open without them. */
export function protectionLost({ halt }: OrderBook, exits: readonly Exit[]): Statement<'system.alert'> {
  const isClosed = halt?.kind === 'flattening'
  const next = isClosed
    ? 'the halt closes the position; what it leaves open has them again after it'
    : 'they are sent again after it'
  return lossOf(exits, 'the halt', next)
}

const byEntry = (exits: readonly Exit[]): Exit[][] => [...Map.groupBy(exits, ({ closes }) => closes).values()]

function lossOf(exits: readonly Exit[], to: string, next: string): Statement<'system.alert'> {
  const [{ strategy, instrument, closes = '' } = {} as Exit] = exits
  const ids = exits.map(({ clientOrderId, quantity }) => `${clientOrderId} (${quantity})`).join(', ')
  const message = `the position of ${strategy} in ${instrument} loses its exits to ${to}: ${ids}; ${next}`
  return {
    topic: 'system.alert',
    payload: { code: 'PROTECTION_LOST', subject: closes, message: message.slice(0, 2_000) },
  }
}

const sent = (exit: Exit, clientOrderId: string, at: number): Statement<'order.submitted'> => ({
  topic: 'order.submitted',
  payload: { ...exit, clientOrderId, expiresAt: at + exitTtlMicros },
})

/** For what is left of the fill that it closes. */
export const withLeft = ({ left }: OrderBook, exit: Exit): Exit => ({
  ...exit,
  quantity: left.get(filledBy(exit.clientOrderId) ?? '')?.quantity ?? exit.quantity,
})

/** Is its cancel on its way? */
export const isGoing = ({ orders }: OrderBook, { clientOrderId }: Exit): boolean =>
  orders.working.get(clientOrderId)?.progress.status === 'pending_cancel'

/** With the last exit of a fill goes what is left of it. */
export function forget({ exits, lost, taken, refused, ended, left }: OrderBook, name: string): void {
  exits.delete(name)
  lost.delete(name)
  taken.delete(name)
  refused.delete(name)
  ended.delete(name)
  const fill = filledBy(name)
  if (fill !== null && exitKinds.every((kind) => !exits.has(fill + kind))) left.delete(fill)
}
