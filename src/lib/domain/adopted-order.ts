import type { PayloadOf } from '#schemas/catalogue.ts'
import type { OrderProgress } from './order-progress.ts'
import type { SentOrder } from './sent-orders.ts'

/** The strategy that orders of others, and what they bring, are counted under. */
export const externalStrategy = 'external'

/** Our id of an order that the venue has from somebody else. */
export const adoptedOrderIdOf = (symbol: string, venueOrderId: string): string =>
  `external-${symbol}-${venueOrderId}`.replace(/[^A-Za-z0-9_-]/g, '_')

export const isAdopted = (clientOrderId: string): boolean => clientOrderId.startsWith('external-')

/** As it stands at the venue. */
export const adoptedOrder = (adopted: PayloadOf<'order.adopted'>): SentOrder => {
  const { clientOrderId, strategy, instrument, side, limitPrice, quantity, filled, tradeIds, isReduceOnly } = adopted
  const status = tradeIds.length > 0 ? 'partially_filled' : 'accepted'
  const progress: OrderProgress = { status, quantity, filled, tradeIds: [...tradeIds] }
  return { clientOrderId, strategy, instrument, side, limitPrice, isReduceOnly, progress }
}
