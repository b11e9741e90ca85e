import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import type { Event } from '#schemas/event.ts'

/** Intents that were said together, by role, each with the orders that the risk gate approved of it and of the newest roll of what it opened. */
export type AskedIntents = { [role: string]: { readonly intent: string; roll?: string; readonly orders: string[] } }

/** What tells how an intent went, or an order of it. */
export type Outcome = Event<
  | 'instrument.rejected'
  | 'risk.approved'
  | 'risk.rejected'
  | 'order.denied'
  | 'order.rejected'
  | 'order.canceled'
  | 'order.expired'
>

/** The role whose intent, or order, an outcome is of; an approval is kept as an order of it. A roll that is refused is none: what was held is held. */
export function roleAsked(asked: AskedIntents, { topic, id, payload }: Outcome): string | undefined {
  const role = Object.keys(asked).find((one) => {
    const { intent, roll, orders } = asked[one] as AskedIntents[string]
    if (!('intent' in payload)) return orders.includes(payload.clientOrderId)
    return payload.intent === intent || (topic === 'risk.approved' && payload.intent === roll)
  })
  if (role !== undefined && topic === 'risk.approved') asked[role]?.orders.push(clientOrderIdOf(id))
  return role
}
