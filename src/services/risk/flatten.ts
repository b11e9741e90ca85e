import { externalStrategy } from '#lib/domain/external-order.ts'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import { absExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { type Book, bookKey } from './book.ts'
import { mayExitsCome } from './exits.ts'
import { hasExpired, inWholeLots } from './listing.ts'
import { exactText } from './proposal.ts'

/** What became of the gate's own orders to close a position, until one of them is filled, at least in part. */
export type ClosingTry = {
  /** The newest of them. */
  readonly clientOrderId: string
  /** So many ended without a fill, one after the other. */
  readonly failures: number
  /** Microseconds: not tried again before. */
  readonly notBefore: number
}

type Said = Statement<'risk.approved' | 'system.alert'>

/**
 * Leave to close every position that has nothing at work, at the market; `cause` stands in for the intent. Not what has expired, which the venue
 * settles, nor, before the order engine has read of the halt, where it may send exits; and what was not filled ever more rarely, with an alert once it has failed often. [R36] [R47]
 */
export function flattenNow(account: Account, cause: string, isHaltRead: boolean): Said[] {
  const { books, config, now } = account
  return [...books.byKey]
    .filter(([key, book]) => book.orders.size === 0 && isDue(account, key, book))
    .filter(([, book]) => isHaltRead || !mayExitsCome(account, book))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { strategy, instrument, position: held }]): Said[] => {
      if (strategy === externalStrategy) return []
      const position = inWholeLots(account, instrument, held, held)
      if (position.units === 0n) return []
      const terms = {
        intent: cause,
        strategy,
        instrument,
        side: position.units > 0n ? 'sell' : 'buy',
        quantity: exactText(absExact(position)),
        orderType: 'market',
        // Which every venue keeps, whatever orders have else.
        timeInForce: 'GTC',
        expiresAt: now + config.approvalTtlMs * 1_000,
        // A fill of an exit may be on its way.
        ...(mayExitsCome(account, { strategy, instrument }) ? { isReduceOnly: true } : {}),
      } as const
      const approved = { topic: 'risk.approved', payload: terms } as const
      const failures = account.closing.get(key)?.failures ?? 0
      return failures === alertedFailures ? [{ topic: 'system.alert', payload: alertOf(terms) }, approved] : [approved]
    })
}

/** Remembers what the gate itself sends to close a position. */
export function noteClosing({ closing }: Account, key: string, clientOrderId: string): void {
  const { failures = 0, notBefore = 0 } = closing.get(key) ?? {}
  closing.set(key, { clientOrderId, failures, notBefore })
}

/** One of its orders ended: without a fill the next has to wait twice as long. */
export function noteClosingEnd({ closing, now }: Account, ended: SentOrder): void {
  const { strategy, instrument, clientOrderId, progress } = ended
  const key = bookKey(strategy, instrument)
  const before = closing.get(key)
  if (before?.clientOrderId !== clientOrderId) return
  if (progress.filled !== '0') {
    closing.delete(key)
    return
  }
  const failures = before.failures + 1
  const waitSeconds = Math.min(2 ** (failures - 1), longestWaitSeconds)
  closing.set(key, { clientOrderId, failures, notBefore: now + waitSeconds * 1_000_000 })
}

const alertedFailures = 3
const longestWaitSeconds = 3_600

function isDue({ closing, instruments, now }: Account, key: string, { instrument }: Book): boolean {
  const listing = instruments.get(instrument)
  if (listing !== undefined && hasExpired(listing, now)) return false
  return (closing.get(key)?.notBefore ?? 0) <= now
}

const alertOf = ({ strategy, instrument, side, quantity }: PayloadOf<'risk.approved'>): PayloadOf<'system.alert'> => ({
  code: 'FLATTEN_FAILED',
  subject: instrument,
  message: `${strategy}: ${alertedFailures} orders to ${side} ${quantity} of ${instrument} ended without a fill; it is tried on, ever more rarely`,
})
