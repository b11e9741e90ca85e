import { filledBy } from '#lib/domain/client-order-id.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import type { Account } from './account.ts'
import { bookKey, workingOf } from './book.ts'
import { isProtecting } from './exits-due.ts'
import { noteTime } from './rate-window.ts'

/** The book that exits of a fill were taken from, by its `bookKey`, and their side. */
export type TakenExits = { readonly key: string; readonly side: 'buy' | 'sell' }

type Place = { readonly strategy: string; readonly instrument: string }

/** A wish takes what works, exits too. [R31] [R47] */
export function foldSuperseded(account: Account, { strategy, instrument }: Place): void {
  noteTime(account.canceledAt, account.now)
  // Those whose cancel is on its way were taken before, or have nothing left to close.
  const working = [...workingOf(account, strategy, instrument)]
  foldTaken(
    account,
    working.filter(({ progress }) => progress.status !== 'pending_cancel'),
  )
}

/** Exits that are taken may be sent again. [R47] */
export function foldTaken(account: Account, orders: Iterable<SentOrder>): void {
  for (const { clientOrderId, closes, strategy, instrument, side } of orders) {
    const fill = closes === undefined ? null : filledBy(clientOrderId)
    if (fill !== null) account.takenExits.set(fill, { key: bookKey(strategy, instrument), side })
  }
}

/** An order has ended: an exit that did all that it was to do does not come back; of a pair that comes back, each does by itself. */
export function foldTakenEnd(account: Account, order: SentOrder): void {
  const fill = order.closes === undefined ? null : filledBy(order.clientOrderId)
  if (fill !== null && order.progress.status === 'filled') account.takenExits.delete(fill)
  else if (fill !== null && account.exitsDue.has(fill)) foldTaken(account, [order])
  dueAgain(account, order)
}

/** Nothing came of what they were taken for: they are on their way again, where nothing waits or works there and not all is halted. [R47] */
export function dueAgain(account: Account, { strategy, instrument }: Place): void {
  const { takenExits, exitsDue, halt, waiting, now } = account
  const key = bookKey(strategy, instrument)
  if (takenExits.size === 0 || halt?.state === 'HALTED' || waiting.has(key)) return
  for (const { closes } of workingOf(account, strategy, instrument)) if (closes === undefined) return
  for (const [fill, one] of takenExits) {
    if (one.key !== key) continue
    takenExits.delete(fill)
    if (isProtecting(account, strategy, instrument, one.side)) exitsDue.set(fill, { key, at: now, seq: 0 })
  }
}

/** The halt that kept them is over. */
export function allDueAgain(account: Account): void {
  for (const { key } of [...account.takenExits.values()]) {
    const [strategy = '', instrument = ''] = key.split(' ')
    dueAgain(account, { strategy, instrument })
  }
}

/** Those of the old units do not come back. */
export function splitTaken({ takenExits }: Account, instrument: string): void {
  for (const [fill, { key }] of takenExits) if (key.endsWith(` ${instrument}`)) takenExits.delete(fill)
}
