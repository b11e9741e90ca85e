import { askOrder } from './ask-order.ts'
import type { GatewayOrder } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Answer } from './real-venue.ts'
import { isHeldBack } from './understood.ts'

/** So many without effect are an alert. */
const cancelsMost = 5
/** So is waiting for longer. */
const heldMostMs = 5_000

/** Asks for its end once: null when that is there, else what was answered. [G16] */
export async function cancelOrder(desk: OrderDesk, order: GatewayOrder): Promise<Answer<unknown> | null> {
  const answer = await desk.venue.cancel(desk.orders.name(order))
  if (answer.kind === 'done') await desk.show(order, answer.value)
  else if (answer.kind !== 'nothing') await askOrder(desk, order)
  if (order.said.ended || order.end !== null) return null
  const waitMs = answer.kind === 'nothing' ? answer.waitMs : 0
  const isHeld = waitMs > heldMostMs
  const tell = (what: string) => desk.voice.alert('VENUE_UNREACHABLE', order.submitted.clientOrderId, what)
  if (isHeld && !order.isCancelHeld) tell(`its cancel waits ${waitMs / 1_000} s for a limit`)
  order.isCancelHeld = isHeld
  if (isHeldBack(answer)) return answer
  order.cancels++
  const isRefused = answer.kind === 'refused'
  if (isRefused ? !order.isCancelRefused : order.cancels === cancelsMost) {
    const what = isRefused ? `its cancel is refused: ${answer.reason}` : `its cancel had no effect ${cancelsMost} times`
    tell(`${what}; it is asked for again until it has ended`)
  }
  order.isCancelRefused ||= isRefused
  return answer
}
