import { compareExact } from '#lib/bars/exact-decimal.ts'
import { compareAnswers, isRiskAnswer } from '#lib/domain/client-order-id.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import type { Place } from '#lib/domain/place.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { type Book, bookKey, findBook, hasWorking, positionOf } from './book.ts'
import type { BrokenLimit, Proposal } from './proposal.ts'
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
  const key = bookKey(payload.strategy, payload.instrument)
  const waiting = account.waiting.get(key)
  // Of a newer wish the cancels are asked for already; where nothing works there are none.
  if (!waiting?.isNewer && hasWorking(account, payload.strategy, payload.instrument))
    noteTime(account.canceledAt, account.now)
  if (waiting && account.exitPlaces.has(key)) account.waiting.set(key, { ...waiting, superseded: id })
}

/** The order engine answers what the gate said: it has read all up to that. */
export function foldRead(account: Account, answer: string | null): void {
  if (answer !== null && isRiskAnswer(answer) && !isRead(account, answer)) account.readByEngine = answer
}

/** Has the order engine read this answer of the gate? */
export const isRead = ({ readByEngine }: Account, answer: string): boolean =>
  readByEngine !== null && compareAnswers(readByEngine, answer) >= 0

/** Exits that the venue counts with what another holds: that of a pair which is not needed any more would close what is not theirs. [R56] */
export function sharedProtection(account: Account, { strategy, instrument, bracket }: Proposal): BrokenLimit | null {
  const others = othersIn(account, { strategy, instrument })
  const other = others.find((place) => bracket !== undefined || mayExitsCome(account, place))
  return other === undefined ? null : { code: 'PROTECTION_SHARED', value: other.strategy }
}

/** A fill with which another's position began where exits may come: nobody asked the gate. [R56] */
export function tellShared(account: Account, { topic, payload }: Event): Statement<'system.alert'>[] {
  if (topic !== 'order.fill') return []
  const { strategy, instrument } = payload
  if (compareExact(positionOf(account, strategy, instrument), movedBy(payload)) !== 0) return []
  const others = othersIn(account, payload).filter((place) => mayExitsCome(account, place))
  return others.map((other) => ({
    topic: 'system.alert',
    payload: {
      code: 'PROTECTION_SHARED',
      subject: instrument,
      message: `${strategy} holds ${instrument} too, where exits of ${other.strategy} are at the venue: they may close what is not theirs`,
    },
  }))
}

/** Who else holds something there, or has an order at work, by name, where that matters. */
const othersIn = ({ config, books }: Account, { strategy, instrument }: Place): Book[] =>
  config.sharedExits === 'refuse'
    ? [...(books.byInstrument.get(instrument) ?? [])]
        .filter((book) => book.strategy !== strategy)
        .sort((a, b) => (a.strategy < b.strategy ? -1 : 1))
    : []
