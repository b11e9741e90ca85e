import { type OldestFirst, oldestFirst, takeOldest } from './oldest-first.ts'
import { isEnded } from './order-lifecycle.ts'
import type { OrderProgress } from './order-progress.ts'

/** An order of ours on its way to a venue or there. */
export type SentOrder = {
  readonly clientOrderId: string
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  /** Absent for an order at the market. */
  readonly limitPrice?: string | undefined
  readonly stopPrice?: string | undefined
  readonly trailingOffset?: string | undefined
  /** The entry that it closes, where it is an exit of a bracket. */
  readonly closes?: string | undefined
  /** It can only take a position towards zero. */
  readonly isReduceOnly?: true | undefined
  readonly progress: OrderProgress
}

/** Our orders by clientOrderId: what works, in the order of sending, and the newest to have ended, in the order of their end. */
export type SentOrders = {
  readonly working: Map<string, SentOrder>
  readonly ended: Map<string, SentOrder>
  /** The keys of `ended`. */
  readonly ends: OldestFirst
}

export const noOrders = (): SentOrders => ({ working: new Map(), ended: new Map(), ends: oldestFirst() })

export const findOrder = (orders: SentOrders, clientOrderId: string): SentOrder | undefined =>
  orders.working.get(clientOrderId) ?? orders.ended.get(clientOrderId)

/** Moves an order that has just ended out of what works and forgets all but the newest `rememberedEnds`. */
export function shelveIfEnded(orders: SentOrders, order: SentOrder, rememberedEnds: number): void {
  if (!isEnded(order.progress.status) || !orders.working.delete(order.clientOrderId)) return
  orders.ended.set(order.clientOrderId, order)
  orders.ends.keys.push(order.clientOrderId)
  while (orders.ended.size > rememberedEnds) orders.ended.delete(takeOldest(orders.ends) as string)
}

export type SentOrdersJson = { readonly working: readonly SentOrder[]; readonly ended: readonly SentOrder[] }

export const ordersToJson = ({ working, ended }: SentOrders): SentOrdersJson =>
  structuredClone({ working: [...working.values()], ended: [...ended.values()] })

export const ordersFromJson = ({ working, ended }: SentOrdersJson): SentOrders => ({
  working: byId(working),
  ended: byId(ended),
  ends: oldestFirst(ended.map(({ clientOrderId }) => clientOrderId)),
})

const byId = (orders: readonly SentOrder[]) => new Map(orders.map((order) => [order.clientOrderId, order]))
