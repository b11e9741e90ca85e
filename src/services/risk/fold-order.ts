import { shrinkOrder } from '#lib/domain/order-progress.ts'
import { foldCancelRequest } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { fillOrder } from './book.ts'
import { foldRead } from './exits.ts'
import { foldAdoption, foldDenial, foldExit } from './fold-orders.ts'

type Told = Event<
  'order.submitted' | 'order.adopted' | 'order.denied' | 'order.cancel_requested' | 'order.superseded' | 'order.updated'
>

/** What becomes of orders between the approval and the reports of the venue. */
export function foldOrder(account: Account, { id, topic, payload, cause }: Told): void {
  foldRead(account, cause)
  switch (topic) {
    case 'order.submitted':
      if (payload.closes !== undefined) foldExit(account, { id, payload })
      return
    case 'order.adopted':
      foldAdoption(account, payload)
      return
    case 'order.denied':
      foldDenial(account, payload)
      return
    case 'order.cancel_requested':
      foldCancelRequest(account.orders, payload)
      return
    case 'order.superseded':
      return
    case 'order.updated':
      foldUpdate(account, payload)
      return
  }
}

/** It asks for less: what it does not ask for any more is free. [R53] */
function foldUpdate({ orders, books }: Account, { clientOrderId, quantity }: PayloadOf<'order.updated'>): void {
  const order = orders.working.get(clientOrderId)
  if (order && quantity !== undefined) fillOrder(books, order, shrinkOrder(order.progress, quantity))
}
