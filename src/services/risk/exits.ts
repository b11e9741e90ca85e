import { compareAnswers, isRiskAnswer } from '#lib/domain/client-order-id.ts'
import type { Place } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { bookKey, findBook } from './book.ts'
import { noteTime } from './rate-window.ts'

/** May exits of a bracket work here, or come? [R47] */
export const mayExitsCome = ({ exitPlaces }: Account, { strategy, instrument }: Place): boolean =>
  exitPlaces.has(bookKey(strategy, instrument))

/** Exits are where an entry with a bracket works or was filled; where nothing is held or works there are none. */
export function foldExitPlace(account: Account, { strategy, instrument }: Place, order?: SentOrder): void {
  const { exitPlaces, orders } = account
  const key = bookKey(strategy, instrument)
  if (findBook(account, strategy, instrument) === undefined) exitPlaces.delete(key)
  else if (order?.closes !== undefined) exitPlaces.set(key, null)
  else if (order?.hasBracket) {
    const { clientOrderId, progress } = order
    if (progress.filled !== '0') exitPlaces.set(key, null)
    else if (!orders.working.has(clientOrderId)) forgetEntry(exitPlaces, key, clientOrderId)
    else if (!exitPlaces.has(key)) exitPlaces.set(key, clientOrderId)
  }
}

/** An entry ended with nothing filled: the place is as it was before it. */
function forgetEntry(exitPlaces: Account['exitPlaces'], key: string, clientOrderId: string): void {
  if (exitPlaces.get(key) === clientOrderId) exitPlaces.delete(key)
}

/** A wish takes what works; where exits may come it waits until the order engine has read that. [R31] [R47] */
export function foldSuperseded(account: Account, { id, payload }: Event<'risk.superseded'>): void {
  noteTime(account.canceledAt, account.now)
  const key = bookKey(payload.strategy, payload.instrument)
  const waiting = account.waiting.get(key)
  if (waiting && account.exitPlaces.has(key)) account.waiting.set(key, { ...waiting, superseded: id })
}

/** The order engine answers what the gate said: it has read all up to that. */
export function foldRead(account: Account, answer: string | null): void {
  if (answer !== null && isRiskAnswer(answer) && !isRead(account, answer)) account.readByEngine = answer
}

/** Has the order engine read this answer of the gate? */
export const isRead = ({ readByEngine }: Account, answer: string): boolean =>
  readByEngine !== null && compareAnswers(readByEngine, answer) >= 0
