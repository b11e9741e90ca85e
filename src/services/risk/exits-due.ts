import { exitInPlaceOf, filledBy } from '#lib/domain/client-order-id.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Account, ExitsDue } from './account.ts'
import { bookKey, findBook, positionOf } from './book.ts'

/** A fill of an entry is followed by its exits: from here on they are on their way. Where everything is halted they are kept back. [R47] */
export function foldExitsDue(account: Account, order: SentOrder, seq: number): void {
  const { exitsDue, halt, now } = account
  for (const [fill, due] of exitsDue) if (isLapsed(account, due)) exitsDue.delete(fill)
  if (order.hasBracket !== true) return
  const { clientOrderId, strategy, instrument, side, progress } = order
  const [fill, key] = [`${clientOrderId}-${progress.tradeIds.length}`, bookKey(strategy, instrument)]
  if (halt?.state === 'HALTED') account.takenExits.set(fill, { key, side: side === 'buy' ? 'sell' : 'buy' })
  else exitsDue.set(fill, { key, at: now, seq })
}

/** In place of an exit that its venue does not keep another comes, where there is something to protect, unless its cancel was on its way. [R47] */
export function foldExitFailure(account: Account, order: SentOrder, isRejected: boolean, seq: number): void {
  const { clientOrderId, strategy, instrument, side } = order
  const [fill, key] = [filledBy(clientOrderId), bookKey(strategy, instrument)]
  if (fill === null || order.splits || exitInPlaceOf(clientOrderId, isRejected) === null) return
  if (!isProtecting(account, strategy, instrument, side)) return
  // The order engine may not have heard of the halt, or sends it when that is over.
  if (account.halt?.state === 'HALTED') account.takenExits.set(fill, { key, side })
  else account.exitsDue.set(fill, { key, at: account.now, seq, exit: clientOrderId })
}

/** The order engine knew of a wish, or a halt, when it heard of the end of that exit: nothing takes its place. */
export function foldExitCancel({ exitsDue }: Account, clientOrderId: string): void {
  const fill = filledBy(clientOrderId)
  if (fill !== null && exitsDue.get(fill)?.exit === clientOrderId) exitsDue.delete(fill)
}

/** They are there. */
export function foldExitsSaid({ exitsDue, takenExits }: Account, exitOrderId: string): void {
  const fill = filledBy(exitOrderId)
  if (fill === null) return
  exitsDue.delete(fill)
  takenExits.delete(fill)
}

/** Has the strategy orders at work in the instrument, or exits on their way there? */
export const hasWorking = (account: Account, strategy: string, instrument: string): boolean =>
  (findBook(account, strategy, instrument)?.orders.size ?? 0) > 0 || areExitsDue(account, bookKey(strategy, instrument))

/** Has a fill here exits that the order engine is yet to say? */
export function areExitsDue(account: Account, key: string): boolean {
  for (const due of account.exitsDue.values()) if (due.key === key && !isLapsed(account, due)) return true
  return false
}

/** Is there a position that exits of this side close? */
export function isProtecting(account: Account, strategy: string, instrument: string, side: 'buy' | 'sell'): boolean {
  const { units } = positionOf(account, strategy, instrument)
  return side === 'sell' ? units > 0n : units < 0n
}

/** The order engine has passed what it was to answer so, and long enough ago: it will not send them. */
const isLapsed = ({ now, engineSeq }: Account, { at, seq }: ExitsDue): boolean =>
  now - at > longestMicros && engineSeq >= seq

const longestMicros = 5_000_000
