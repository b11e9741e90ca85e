import { clientOrderIdOf } from '#lib/domain/client-order-id.ts'
import type { Event } from '#schemas/event.ts'

/** Intents that were said together, by role, each with the orders that the risk gate approved of it and of the newest roll of what it opened. */
export type AskedIntents = { [role: string]: Asked }

type Asked = {
  readonly intent: string
  roll?: string
  /** The roll of which a leg has leave. */
  rollBegun?: string
  readonly orders: string[]
}

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

/** The role whose intent, or order, an outcome is of; an approval is kept as an order of it. A roll that is refused is none, what was held is held; unless a leg of it had leave. [R43] */
export function roleAsked(asked: AskedIntents, { topic, id, payload }: Outcome): string | undefined {
  const role = Object.keys(asked).find((one) => {
    const { intent, roll, rollBegun, orders } = asked[one] as Asked
    if (!('intent' in payload)) return orders.includes(payload.clientOrderId)
    return payload.intent === intent || payload.intent === (topic === 'risk.approved' ? roll : rollBegun)
  })
  const own = role === undefined ? undefined : asked[role]
  if (own === undefined || topic !== 'risk.approved') return role
  own.orders.push(clientOrderIdOf(id))
  if (payload.intent === own.roll) own.rollBegun = own.roll
  return role
}
