import type { PayloadOf } from '#schemas/catalogue.ts'
import type { OrderProgress } from './order-progress.ts'
import { findOrder, type SentOrder, type SentOrders } from './sent-orders.ts'

/** The strategy that orders of others, and what they bring, are counted under. */
export const externalStrategy = 'external'

/** Our id of an order that the venue has from somebody else. */
export const adoptedOrderIdOf = (symbol: string, venueOrderId: string): string =>
  `external-${symbol}-${venueOrderId}`.replace(/[^A-Za-z0-9_-]/g, '_')

export const isAdopted = (clientOrderId: string): boolean => clientOrderId.startsWith('external-')

/** Follows it from how it stands at the venue; null where it is known: it is told again. */
export function adopt(orders: SentOrders, adopted: PayloadOf<'order.adopted'>): SentOrder | null {
  const { clientOrderId, strategy, instrument, side, limitPrice, quantity, filled, tradeIds, isReduceOnly } = adopted
  if (findOrder(orders, clientOrderId) !== undefined) return null
  const status = tradeIds.length > 0 ? 'partially_filled' : 'accepted'
  const progress: OrderProgress = { status, quantity, filled, tradeIds: [...tradeIds] }
  const order = { clientOrderId, strategy, instrument, side, limitPrice, isReduceOnly, progress }
  orders.working.set(clientOrderId, order)
  return order
}
