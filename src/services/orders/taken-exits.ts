import { answeredSeq, filledBy } from '#lib/domain/client-order-id.ts'
import { isAt, type Place, placeOf } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Exit, OrderBook } from './order-book.ts'
import { canProtect, forget, isGoing, isVerdictAwaited, restoreProtection, tellLost } from './protection.ts'

/** A wish takes the exits of a position; its verdict is awaited. What is canceled for another reason stays so. [O27] */
export function foldSuperseded(book: OrderBook, { intent, ...place }: PayloadOf<'risk.superseded'>): void {
  book.awaited.set(placeOf(place), { intent, strategy: place.strategy, instrument: place.instrument, since: book.now })
  for (const [name, exit] of book.exits)
    if (isAt(exit, place) && (book.lost.delete(name) || !isGoing(book, exit))) book.taken.add(name)
}

/** So long a position waits for a verdict without its exits. */
const verdictMostMicros = 10_000_000

/** The gate is silent: nothing comes of the wish any more, and what is open has its exits. [O33] */
export function foldSilence(book: OrderBook): void {
  for (const [key, wish] of book.awaited) {
    if (hasWorking(book, wish)) book.awaited.set(key, { ...wish, since: book.now })
    else if (
      book.now - wish.since >= verdictMostMicros &&
      [...book.taken].some((name) => isAt(book.exits.get(name) as Exit, wish))
    ) {
      book.awaited.delete(key)
      book.overdue.set(key, wish.intent)
      release(book, wish)
    }
  }
}

/** Something comes of it: exits wait for how that ends. */
export function foldLeave({ awaited }: OrderBook, { intent, ...place }: Place & { readonly intent: string }): void {
  if (awaited.get(placeOf(place))?.intent === intent) awaited.delete(placeOf(place))
}

/** Nothing comes of it: exits are to be sent again, unless nothing is held. Of a fill that the gate did not know when it said so there is. */
export function foldRefusal(book: OrderBook, { id, payload }: Event<'risk.rejected'>): void {
  const { code, value, intent, ...place } = payload
  if (code === 'DUPLICATE_INTENT') return
  foldLeave(book, { intent, ...place })
  const isNothing = code === 'ALREADY_AT_TARGET' && value !== undefined && !/[1-9]/.test(value)
  if (!isNothing) release(book, place)
  else if (!isVerdictAwaited(book, place) && !isWorked(book, place)) {
    forgetTaken(book, place, answeredSeq(id))
    release(book, place)
  }
}

/** What another order's end leaves open has its exits again. */
export function foldOtherEnd(book: OrderBook, order: SentOrder): void {
  if (order.closes !== undefined) return
  release(book, order)
}

/** When a halt is over, what it has not closed has its exits again. */
export function releaseAll(book: OrderBook): void {
  for (const name of [...book.taken]) release(book, book.exits.get(name) as Exit)
}

/** They are sent again; while all is halted a person hears that they are not yet. */
export const giveBack = (book: OrderBook, at: number): Statement<'system.alert' | 'order.submitted'>[] =>
  canProtect(book) ? restoreProtection(book, at) : tellLost(book)

/** None of these is sent again; answers how many would have been. [O8] */
export function endWaiting(book: OrderBook, isMeant: (exit: Exit) => boolean): number {
  let ended = 0
  for (const [name, exit] of book.exits) {
    if (!isMeant(exit)) continue
    const isAtWork = book.orders.working.has(exit.clientOrderId)
    const isTaken = [book.lost.delete(name), book.taken.delete(name)].includes(true)
    if (!isAtWork) forget(book, name)
    if (isTaken || !isAtWork) ended++
  }
  return ended
}

/** Where neither a verdict is awaited nor another order works. */
export function release(book: OrderBook, place: Place): void {
  if (book.taken.size === 0 || isVerdictAwaited(book, place) || book.halt?.kind === 'flattening') return
  if (isWorked(book, place)) return
  for (const name of book.taken) {
    const exit = book.exits.get(name)
    if (exit === undefined || !isAt(exit, place)) continue
    book.taken.delete(name)
    book.lost.add(name)
  }
}

/** Another order than exits is at work there: what it comes to is not known yet. */
const isWorked = ({ orders }: OrderBook, place: Place): boolean =>
  [...orders.working.values()].some((order) => isAt(order, place) && order.closes === undefined)

const hasWorking = ({ orders }: OrderBook, place: Place): boolean =>
  [...orders.working.values()].some((order) => isAt(order, place))

function forgetTaken(book: OrderBook, place: Place, known: number): void {
  for (const name of book.taken) {
    const exit = book.exits.get(name) as Exit
    const since = book.left.get(filledBy(name) ?? '')?.since ?? 0
    if (isAt(exit, place) && since <= known) forget(book, name)
  }
}
