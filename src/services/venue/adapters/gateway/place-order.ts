import type { DeskOptions } from './desk-options.ts'
import type { GatewayOrder } from './gateway-order.ts'
import { takenUntil } from './next-step.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Answer } from './real-venue.ts'
import { isHeldBack } from './understood.ts'

/** Each time that so many more never came to be there is an alert. */
const sendingsMost = 5

/** Sends it once: null when it is known what became of that, else what was answered. [G2] [G57] */
export async function placeOrder(
  desk: OrderDesk,
  order: GatewayOrder,
  { windowMs, venue, inFlightMs, nowMs }: DeskOptions,
): Promise<Answer<unknown> | null> {
  const { clientOrderId, instrument } = order.submitted
  const timestampMs = desk.time.now()
  order.takenUntilMs = takenUntil(order, timestampMs + desk.time.doubtMs, { windowMs, venue })
  order.sendings++
  order.queries = 0
  order.notBeforeMs = nowMs() + inFlightMs
  const answer = await venue.place(order.submitted, order.venueClientId, timestampMs, windowMs)
  if (answer.kind === 'done') {
    order.notBeforeMs = 0
    await desk.show(order, answer.value)
    return null
  }
  if (answer.kind === 'refused') {
    const { code, reason } = answer
    if (code === 'DUPLICATE_CLIENT_ORDER_ID') order.notBeforeMs = 0
    else desk.report(order, { topic: 'order.rejected', payload: { clientOrderId, instrument, code, reason } })
    return null
  }
  if (isHeldBack(answer)) {
    order.takenUntilMs = null
    order.sendings--
    order.notBeforeMs = 0
  } else if (order.sendings % sendingsMost === 0 && answer.kind === 'nothing') {
    const what = `sent ${order.sendings} times, it is not there: ${answer.reason}; it is sent again, ever later, until it expires`
    desk.voice.alert('VENUE_UNREACHABLE', clientOrderId, what)
  }
  return answer
}

/** It is not there for sure: the first time it is sent again at once, then after 1, 2, 4 … at most 60 s. [G57] */
export function sendAgainLater(order: GatewayOrder, nowMs: number): void {
  order.takenUntilMs = null
  if (order.sendings < 2) return
  const waitMs = Math.min(2 ** (order.sendings - 2), longestWaitSeconds) * 1_000
  order.notBeforeMs = Math.max(order.notBeforeMs, nowMs + waitMs)
}

const longestWaitSeconds = 60
