import { formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import type { DeskOptions } from './desk-options.ts'
import { type GatewayOrder, lacksTrades, type Report, waits } from './gateway-order.ts'
import type { RealVenue } from './real-venue.ts'

export type Step =
  | { readonly kind: 'wait' | 'place' | 'cancel' | 'move' | 'ask' }
  | { readonly kind: 'say'; readonly report: Report }

export type Situation = {
  /** The tree's clock, milliseconds; null: not known. */
  readonly treeMs: number | null
  /** The earliest that it can be at the venue; null: not known. */
  readonly venueNowMs: number | null
  readonly mayPlace: boolean
  readonly venue: Pick<RealVenue, 'unfit' | 'hasWindow'>
}

/** So many queries without an answer are an alert, and wait for the next reconciliation. [G15] */
export const queriesMost = 5

/** Up to when the venue may say that it does not know what was sent at this instant by its clock, though it takes it. [G2] */
export const takenUntil = (
  { submitted }: GatewayOrder,
  sentMs: number,
  { windowMs, venue }: Pick<DeskOptions, 'windowMs' | 'venue'>,
): number => sentMs + windowMs + (waits(submitted) ? (venue.conditionalLateMs ?? 0) : 0)

/** What is to be done next for an order that has not ended. */
export function nextStep(order: GatewayOrder, situation: Situation): Step {
  const isAtWork = order.venueOrderId !== null && order.end === null
  if (isAtWork && order.cancelReason !== null) return { kind: 'cancel' }
  if (lacksTrades(order) || (order.end !== null && !order.said.ended)) return askWithin(order)
  if (order.venueOrderId !== null) {
    return order.movesTo === null || isUnderWay(order.moveTakenUntilMs, situation) ? wait : { kind: 'move' }
  }
  if (order.takenUntilMs !== null) return inDoubt(order, order.takenUntilMs, situation)
  return notThere(order, situation)
}

/** A move that was lost could come behind the next one. [G29] */
const isUnderWay = (takenUntilMs: number | null, { venueNowMs }: Situation): boolean =>
  takenUntilMs !== null && (venueNowMs === null || venueNowMs <= takenUntilMs)

/** A request may be under way: it is asked for, and once more when it can no longer arrive. */
function inDoubt(order: GatewayOrder, takenUntilMs: number, { venueNowMs }: Situation): Step {
  // Of a process before: the first reconciliation asks for it.
  if (takenUntilMs === Number.POSITIVE_INFINITY) return wait
  const isOver = venueNowMs !== null && venueNowMs > takenUntilMs
  return isOver ? ask : askWithin(order)
}

/** The venue does not have it, for sure. */
function notThere(
  { submitted, cancelReason, said, sendings }: GatewayOrder,
  { treeMs, mayPlace, venue }: Situation,
): Step {
  const { clientOrderId, instrument, quantity, expiresAt } = submitted
  if (cancelReason !== null) {
    const leavesQuantity = formatExact(subtractExact(parseExact(quantity), said.filled))
    const payload = { clientOrderId, instrument, leavesQuantity, reason: cancelReason }
    return { kind: 'say', report: { topic: 'order.canceled', payload } }
  }
  const unfit = venue.unfit(submitted)
  if (unfit !== null)
    return { kind: 'say', report: { topic: 'order.rejected', payload: { clientOrderId, instrument, ...unfit } } }
  if (treeMs === null) return wait
  if (treeMs * 1_000 > expiresAt)
    return { kind: 'say', report: { topic: 'order.rejected', payload: { clientOrderId, instrument, code: 'EXPIRED' } } }
  if (sendings > 0 && !venue.hasWindow)
    return { kind: 'say', report: { topic: 'order.rejected', payload: { clientOrderId, instrument, ...lost } } }
  return mayPlace ? { kind: 'place' } : wait
}

// It could still come: sent again, it would be two. [X2]
const lost = { code: 'REFUSED', reason: 'it did not arrive, and is not sent a second time' } as const

const wait: Step = { kind: 'wait' }
const ask: Step = { kind: 'ask' }

const askWithin = ({ queries }: GatewayOrder): Step => (queries < queriesMost ? ask : wait)
