import { exitInPlaceOf, filledBy } from '#lib/domain/client-order-id.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Account } from './account.ts'
import { bookKey, findBook, positionOf } from './book.ts'

/** A fill of an entry is followed by its exits: from here on they are on their way. Where everything is halted there are none. [R47] */
export function foldExitsDue({ exitsDue, halt, now }: Account, order: SentOrder): void {
  for (const [fill, { at }] of exitsDue) if (isLapsed(at, now)) exitsDue.delete(fill)
  if (order.hasBracket !== true || halt?.state === 'HALTED') return
  const { clientOrderId, strategy, instrument, progress } = order
  exitsDue.set(`${clientOrderId}-${progress.tradeIds.length}`, { key: bookKey(strategy, instrument), at: now })
}

/** In place of an exit that its venue does not keep another comes, where there is something to protect; a wish that waits has had it canceled. [R47] */
export function foldExitFailure(account: Account, order: SentOrder, isRejected: boolean): void {
  const { clientOrderId, strategy, instrument, side } = order
  const [fill, key] = [filledBy(clientOrderId), bookKey(strategy, instrument)]
  if (fill === null || order.splits || account.halt?.state === 'HALTED' || account.waiting.has(key)) return
  const { units } = positionOf(account, strategy, instrument)
  const isProtecting = side === 'sell' ? units > 0n : units < 0n
  if (isProtecting && exitInPlaceOf(clientOrderId, isRejected) !== null)
    account.exitsDue.set(fill, { key, at: account.now })
}

/** They are there. */
export function foldExitsSaid({ exitsDue }: Account, exitOrderId: string): void {
  const fill = filledBy(exitOrderId)
  if (fill !== null) exitsDue.delete(fill)
}

/** Has the strategy orders at work in the instrument, or exits on their way there? */
export const hasWorking = (account: Account, strategy: string, instrument: string): boolean =>
  (findBook(account, strategy, instrument)?.orders.size ?? 0) > 0 || areExitsDue(account, bookKey(strategy, instrument))

/** Has a fill here exits that the order engine is yet to say? */
export function areExitsDue({ exitsDue, now }: Account, key: string): boolean {
  for (const due of exitsDue.values()) if (due.key === key && !isLapsed(due.at, now)) return true
  return false
}

/** The order engine was halted when it heard of the fill, and will not send them. */
const isLapsed = (at: number, now: number): boolean => now - at > longestMicros

const longestMicros = 5_000_000
