import { isRiskAnswer } from '#lib/domain/client-order-id.ts'
import { applyHappening, shrinkOrder } from '#lib/domain/order-progress.ts'
import { findOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { fillOrder } from './book.ts'
import { foldExitCancel } from './exits-due.ts'
import { foldAdoption, foldDenial, foldSubmission } from './fold-orders.ts'
import { foldSupersededRead, foldTaken } from './taken-exits.ts'

type Told = Event<'order.submitted' | 'order.adopted' | 'order.denied' | 'order.cancel_requested' | 'order.updated'>

/** What becomes of orders between the approval and the reports of the venue. */
export function foldOrder(account: Account, { topic, payload, cause }: Told): void {
  switch (topic) {
    case 'order.submitted':
      foldSubmission(account, payload)
      return
    case 'order.adopted':
      foldAdoption(account, payload)
      return
    case 'order.denied':
      foldDenial(account, payload)
      return
    case 'order.cancel_requested':
      foldCancelRequest(account, payload.clientOrderId, cause)
      return
    case 'order.updated':
      foldUpdate(account, payload)
      return
  }
}

/** It works until the venue has ended it. An exit that goes for a wish or a halt of ours, or in one, may come back. */
function foldCancelRequest(account: Account, clientOrderId: string, cause: string | null): void {
  const order = account.orders.working.get(clientOrderId)
  const isFirst = order?.progress.status !== 'pending_cancel'
  if (order) applyHappening(order.progress, 'cancel_requested')
  const isOurs = cause !== null && isRiskAnswer(cause)
  if (order && isFirst && (isOurs || account.halt?.state === 'HALTED')) foldTaken(account, [order])
  const known = findOrder(account.orders, clientOrderId)
  if (known && isOurs) foldSupersededRead(account, known, cause)
  foldExitCancel(account, clientOrderId)
}

/** It asks for less: what it does not ask for any more is free. [R53] */
function foldUpdate({ orders, books }: Account, { clientOrderId, quantity }: PayloadOf<'order.updated'>): void {
  const order = orders.working.get(clientOrderId)
  if (order && quantity !== undefined) fillOrder(books, order, shrinkOrder(order.progress, quantity))
}
