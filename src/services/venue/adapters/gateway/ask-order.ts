import { type GatewayOrder, waits } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import { sendAgainLater } from './place-order.ts'
import type { Answer } from './real-venue.ts'

/** Asks the venue for an order; comes back with an answer that proved nothing. `isMissing`: a reconciliation asks, and counts. */
export async function askOrder(
  desk: OrderDesk,
  order: GatewayOrder,
  isMissing = false,
): Promise<Answer<unknown> | null> {
  const askedAtMs = desk.time.earliest()
  const answer = await desk.find(order)
  if (answer.kind === 'done') return desk.show(order, answer.value, isMissing)
  const isUnlisted = isOfNoListing(answer)
  if (answer.kind !== 'absent' && !isUnlisted) return answer
  // That its symbol is not listed proves no end.
  if (order.venueOrderId !== null)
    return unknown(desk, order, order.venueOrderId, isUnlisted ? null : askedAtMs, isMissing)
  if (isUnlisted) {
    if (order.isGone) order.takenUntilMs = null
    else doubt(desk, order, 'the venue lists its symbol no more, and may have it or not')
    return null
  }
  // Only what can no longer arrive is not there. [G2]
  const { takenUntilMs } = order
  if (takenUntilMs !== null && askedAtMs !== null && askedAtMs > takenUntilMs) sendAgainLater(order, desk.nowMs())
  return null
}

/** The venue had accepted it, and knows nothing of it: it has ended where the venue is known to forget such orders, or an operator says so. [G31] */
async function unknown(
  desk: OrderDesk,
  order: GatewayOrder,
  venueOrderId: string,
  askedAtMs: number | null,
  isMissing: boolean,
): Promise<Answer<unknown> | null> {
  const trades = await desk.venue.trades(desk.orders.name(order), venueOrderId)
  if (trades.kind !== 'done' && trades.kind !== 'absent' && !isOfNoListing(trades)) return trades
  const view = { venueClientId: order.venueClientId, venueOrderId, executed: '0', isTriggered: false }
  const known = trades.kind === 'done' ? trades.value : []
  desk.apply(order, { ...view, state: 'working', trades: known }, isMissing)
  if (isLate(desk, order)) return null
  if (order.isGone || isForgotten(desk, order, askedAtMs)) {
    order.cancelReason ??= 'it has ended unfilled, and the venue has forgotten it'
    desk.apply(order, { ...view, state: 'canceled', trades: [] }, isMissing)
  } else doubt(desk, order, 'the venue knows nothing of an order that it had accepted')
  return null
}

function doubt({ voice }: OrderDesk, order: GatewayOrder, what: string): void {
  const words = `${what}: look there, then trader order cancel --gone`
  if (!order.isDoubted) voice.alert('VENUE_DIFFERS', order.submitted.clientOrderId, words)
  order.isDoubted = true
}

const isOfNoListing = (answer: Answer<unknown>): boolean =>
  answer.kind === 'refused' && answer.code === 'INSTRUMENT_UNKNOWN'

/** What waits for a price may yet be missing from what queries show. [G42] */
const isLate = ({ venue, nowMs }: OrderDesk, { submitted, acceptedAtMs }: GatewayOrder): boolean =>
  waits(submitted) && nowMs() < (acceptedAtMs ?? 0) + (venue.conditionalLateMs ?? 0)

/** So old that the venue forgets it where it ended unfilled, and not so old that it forgets what was filled. */
function isForgotten({ venue }: OrderDesk, order: GatewayOrder, askedAtMs: number | null): boolean {
  const { submitted, submittedAtMs, executed, said } = order
  if (venue.forgets === null || askedAtMs === null || executed.units > 0n || said.filled.units > 0n) return false
  const { unfilledAfterMs, allAfterMs } = venue.forgets
  return askedAtMs - submitted.expiresAt / 1_000 > unfilledAfterMs && askedAtMs - submittedAtMs < allAfterMs
}
