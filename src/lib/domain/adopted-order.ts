import type { PayloadOf } from '#schemas/catalogue.ts'
import type { OrderProgress } from './order-progress.ts'
import { findOrder, knownTrades, type SentOrder, type SentOrders } from './sent-orders.ts'

/** Follows it from how it stands at the venue, with what of it was counted before; null where it is known: it is told again. */
export function adopt(orders: SentOrders, adopted: PayloadOf<'order.adopted'>): SentOrder | null {
  const { clientOrderId, strategy, instrument, side, limitPrice, quantity, filled, tradeIds, isReduceOnly } = adopted
  if (findOrder(orders, clientOrderId) !== undefined) return null
  const counted = knownTrades(orders.strangers, clientOrderId)
  const status = tradeIds.length > 0 ? 'partially_filled' : 'accepted'
  const progress: OrderProgress = { status, quantity, filled, tradeIds: [...new Set([...tradeIds, ...counted])] }
  const order = { clientOrderId, strategy, instrument, side, limitPrice, isReduceOnly, progress }
  orders.working.set(clientOrderId, order)
  return order
}
