import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

export type OrderShown = {
  readonly clientOrderId: string
  readonly at: number
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell' | ''
  readonly quantity: string
  readonly state: string
}

/** Newest first. */
export type OrdersShown = readonly OrderShown[]

const ordersKept = 50

/** The orders after an event: what was submitted or denied comes to the front, reports change the state of what is there. */
export function orderOf(orders: OrdersShown, event: Event): OrdersShown {
  switch (event.topic) {
    case 'order.submitted': {
      const { clientOrderId, strategy, instrument, side, quantity } = event.payload
      const order = { clientOrderId, at: event.at, strategy, instrument, side, quantity, state: 'submitted' }
      return [order, ...orders].slice(0, ordersKept)
    }
    case 'order.denied': {
      const { clientOrderId, strategy, instrument, code } = event.payload
      const order = {
        clientOrderId,
        at: event.at,
        strategy,
        instrument,
        side: '',
        quantity: '',
        state: `denied ${code}`,
      }
      return [order as OrderShown, ...orders].slice(0, ordersKept)
    }
    case 'order.accepted':
      return changed(orders, event.payload.clientOrderId, 'accepted')
    case 'order.rejected':
      return changed(orders, event.payload.clientOrderId, `rejected ${event.payload.code}`)
    case 'order.cancel_requested':
      return changed(orders, event.payload.clientOrderId, 'cancel requested')
    case 'order.update_requested':
      return changed(orders, event.payload.clientOrderId, `to be ${changeText(event.payload)}`)
    case 'order.updated':
      return changed(orders, event.payload.clientOrderId, `accepted, ${changeText(event.payload)}`)
    case 'order.update_rejected':
      return changed(orders, event.payload.clientOrderId, `accepted, not moved: ${event.payload.code}`)
    case 'order.canceled':
      return changed(orders, event.payload.clientOrderId, 'canceled')
    case 'order.expired':
      return changed(orders, event.payload.clientOrderId, 'expired')
    case 'order.fill': {
      const { clientOrderId, price, leavesQuantity } = event.payload
      const isWhole = Number(leavesQuantity) === 0
      return changed(orders, clientOrderId, isWhole ? `filled at ${price}` : `filled in part, ${leavesQuantity} left`)
    }
  }
  return orders
}

const changeText = ({ limitPrice, quantity }: PayloadOf<'order.updated'>): string =>
  limitPrice === undefined ? `made ${quantity}` : `moved to ${limitPrice}`

const changed = (orders: OrdersShown, clientOrderId: string, state: string): OrdersShown =>
  orders.map((order) => (order.clientOrderId === clientOrderId ? { ...order, state } : order))
