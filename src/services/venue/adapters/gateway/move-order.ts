import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { askOrder } from './ask-order.ts'
import { type Change, foldChange, type GatewayOrder } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Answer, RealVenue, RejectCode, VenueOrder } from './real-venue.ts'

/** To another limit, or to ask for less. Null when it is certain what came of it, and said; else it is to be asked again. [G29] [G35] */
export async function moveOrder(
  desk: OrderDesk,
  { amend, name }: RealVenue,
  order: GatewayOrder,
  change: Change,
  windowMs: number,
): Promise<Answer<VenueOrder> | null> {
  const { clientOrderId, instrument } = order.submitted
  const timestampMs = desk.time.now()
  order.moveTakenUntilMs = timestampMs + windowMs + desk.time.doubtMs
  const wanted = { ...order.submitted, ...order.terms, ...change }
  const answer: Answer<VenueOrder> =
    amend === null
      ? { kind: 'refused', code: 'TERMS_INVALID', reason: `${name} moves no order in place` }
      : await amend(desk.orders.name(order), wanted, change, timestampMs, windowMs)
  if (answer.kind === 'nothing') return answer
  order.moveTakenUntilMs = null
  if (order.movesTo === change) order.movesTo = null
  const refuse = (code: RejectCode, reason: string) =>
    desk.voice.say({ topic: 'order.update_rejected', payload: { clientOrderId, instrument, code, reason } })
  if (answer.kind === 'done' && isMade(order, answer.value, change)) {
    foldChange(order, change)
    desk.voice.say({ topic: 'order.updated', payload: { clientOrderId, instrument, ...change } })
    await desk.show(order, answer.value)
  } else if (answer.kind === 'done') {
    await desk.show(order, answer.value)
    refuse('QUANTITY_INVALID', 'so much of it was filled, or it has ended')
  } else {
    if (answer.kind === 'refused') refuse(answer.code, answer.reason)
    else refuse('UNKNOWN_ORDER', 'it is not there')
    // Why it would not be moved may be that it has ended.
    await askOrder(desk, order)
  }
  return null
}

/** What is filled at once, or meanwhile, may leave nothing to be made smaller: then it has ended by what it was filled. [G35] */
function isMade({ said }: GatewayOrder, { executed, state }: VenueOrder, { quantity }: Change): boolean {
  if (quantity === undefined) return true
  const most = parseExact(quantity)
  const left = compareExact(parseExact(executed), most)
  return compareExact(said.filled, most) < 0 && (state === 'working' ? left < 0 : state === 'filled' && left === 0)
}
