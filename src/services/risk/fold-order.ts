import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { foldAdoption, foldCancelRequest, foldDenial, foldSubmission, foldUpdate } from './fold-orders.ts'

type Told = Event<'order.submitted' | 'order.adopted' | 'order.denied' | 'order.cancel_requested' | 'order.updated'>

/** What becomes of orders between the approval and the reports of the venue. */
export function foldOrder(account: Account, { topic, payload }: Told): void {
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
      foldCancelRequest(account, payload)
      return
    case 'order.updated':
      foldUpdate(account, payload)
      return
  }
}
