import { addExact, compareExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { isEnded, type OrderHappening, type OrderStatus, statusAfter } from './order-lifecycle.ts'
import { subtractExact, zero } from './signed-decimal.ts'

/** How far an order of ours has come. Quantities are decimal text; `tradeIds` are the executions that count. Plain JSON. */
export type OrderProgress = {
  status: OrderStatus
  /** It only ever becomes less. */
  quantity: string
  filled: string
  readonly tradeIds: string[]
}

/** What became of a report: folded, known already, or refused because it cannot be true. */
export type ReportOutcome = 'applied' | 'repeated' | 'overfill' | 'empty_fill' | 'illegal'

/** An order as it leaves us. */
export const submittedOrder = (quantity: string): OrderProgress => ({
  status: 'submitted',
  quantity,
  filled: '0',
  tradeIds: [],
})

/** Folds anything but a fill, in place. */
export function applyHappening(
  order: OrderProgress,
  happening: Exclude<OrderHappening, 'filled' | 'partially_filled'>,
): ReportOutcome {
  const next = statusAfter(order.status, happening)
  if (next === null) return 'illegal'
  if (next === order.status) return 'repeated'
  const isMoved = order.status === 'pending_update' && next === 'accepted'
  order.status = isMoved && order.tradeIds.length > 0 ? 'partially_filled' : next
  return 'applied'
}

/**
 * By its venue's word the order asks for so much in all from here on, in place; answers by how much it works less. It becomes neither more nor as little as
 * was filled, and what has ended is as it was.
 */
export function shrinkOrder(order: OrderProgress, quantity: string): ExactDecimal {
  const [now, before] = [parseExact(quantity), parseExact(order.quantity)]
  if (isEnded(order.status) || compareExact(now, before) >= 0 || compareExact(now, parseExact(order.filled)) <= 0)
    return zero
  order.quantity = quantity
  return subtractExact(before, now)
}

/** Folds an execution, in place: each trade id once, never beyond the order's quantity. */
export function applyFill(order: OrderProgress, tradeId: string, quantity: string): ReportOutcome {
  if (order.tradeIds.includes(tradeId)) return 'repeated'
  const fill = parseExact(quantity)
  if (fill.units <= 0n) return 'empty_fill'
  const filled = addExact(parseExact(order.filled), fill)
  const beyond = compareExact(filled, parseExact(order.quantity))
  if (beyond > 0) return 'overfill'
  const next = statusAfter(order.status, beyond === 0 ? 'filled' : 'partially_filled')
  if (next === null) return 'illegal'
  order.status = next
  order.filled = formatExact(filled)
  order.tradeIds.push(tradeId)
  return 'applied'
}
