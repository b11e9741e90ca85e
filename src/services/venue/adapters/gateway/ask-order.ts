import type { GatewayOrder } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'

/** Asks the venue for an order. False where that proved nothing. `isMissing`: a reconciliation asks, and counts. */
export async function askOrder(desk: OrderDesk, order: GatewayOrder, isMissing = false): Promise<boolean> {
  const askedAtMs = desk.time.earliest()
  const answer = await desk.find(order)
  if (answer.kind === 'done') return desk.show(order, answer.value, isMissing)
  if (answer.kind !== 'absent') return false
  if (order.venueOrderId !== null) {
    desk.alert(
      'VENUE_DIFFERS',
      order.submitted.clientOrderId,
      'the venue knows nothing of an order that it had accepted',
    )
    return true
  }
  // Only what can no longer arrive is not there. [G2]
  const { takenUntilMs } = order
  if (takenUntilMs !== null && askedAtMs !== null && askedAtMs > takenUntilMs) order.takenUntilMs = null
  return true
}
