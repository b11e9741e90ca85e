import { askOrder } from './ask-order.ts'
import type { GatewayOrder } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Answer, RealVenue, VenueOrder } from './real-venue.ts'

/** To another limit. Null when it is certain what came of it, and said; else it is to be asked again. [G29] */
export async function moveOrder(
  desk: OrderDesk,
  { amend, name }: RealVenue,
  order: GatewayOrder,
  limitPrice: string,
  windowMs: number,
): Promise<Answer<VenueOrder> | null> {
  const { clientOrderId, instrument } = order.submitted
  const timestampMs = desk.time.now()
  order.moveTakenUntilMs = timestampMs + windowMs + desk.time.doubtMs
  const answer: Answer<VenueOrder> =
    amend === null
      ? { kind: 'refused', code: 'TERMS_INVALID', reason: `${name} moves no order in place` }
      : await amend(desk.orders.name(order), order.submitted, limitPrice, timestampMs, windowMs)
  if (answer.kind === 'nothing') return answer
  order.moveTakenUntilMs = null
  if (order.movesTo === limitPrice) order.movesTo = null
  if (answer.kind === 'done') {
    desk.say({ topic: 'order.updated', payload: { clientOrderId, instrument, limitPrice } })
    await desk.show(order, answer.value)
    return null
  }
  const { code, reason } =
    answer.kind === 'refused' ? answer : { code: 'UNKNOWN_ORDER' as const, reason: 'it is not there' }
  desk.say({ topic: 'order.update_rejected', payload: { clientOrderId, instrument, code, reason } })
  // Why it would not be moved may be that it has ended.
  await askOrder(desk, order)
  return null
}
