import { filledBy } from '#lib/domain/client-order-id.ts'
import { findOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { bookKey, workingOf } from './book.ts'
import { answerEnd } from './fold-orders.ts'

/** A wish that waits where exits come to work supersedes them too, once a pair. [R47] */
export function answerExit(
  account: Account,
  { clientOrderId, strategy, instrument }: PayloadOf<'order.submitted'>,
): readonly Statement<'risk.superseded'>[] {
  const wish = account.waiting.get(bookKey(strategy, instrument))?.wish
  if (wish === undefined) return none
  for (const other of workingOf(account, strategy, instrument)) {
    if (other.clientOrderId === clientOrderId || other.progress.status === 'pending_cancel') continue
    if (filledBy(other.clientOrderId) === filledBy(clientOrderId)) return none
  }
  return [{ topic: 'risk.superseded', payload: { intent: wish.intent, strategy, instrument } }]
}

/** A wish that waited to hear whether another exit takes the place of one that has ended, or that the order engine knows of it. [R47] */
export function answerExitCancel(
  account: Account,
  { clientOrderId }: PayloadOf<'order.cancel_requested'>,
): ReturnType<typeof answerEnd> {
  const order = findOrder(account.orders, clientOrderId)
  return order === undefined ? none : answerEnd(account, order.strategy, order.instrument)
}

const none: readonly [] = Object.freeze([])
