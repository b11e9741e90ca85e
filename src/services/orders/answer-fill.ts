import { exitOrderIdOf, otherExitOf } from '#lib/domain/client-order-id.ts'
import { findOrder } from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Exit, OrderBook } from './order-book.ts'
import { canProtect, exitTtlMicros, protectionLost, splitTook } from './protection.ts'

type Said = Statement<'order.submitted' | 'order.cancel_requested' | 'system.alert'>

/** A fill of an entry is followed by its exits; an exit that is filled cancels the other one of its fill. [O18] [O19] [O24] */
export function answerFill(book: OrderBook, fill: PayloadOf<'order.fill'>, at: number): readonly Said[] {
  const { clientOrderId, instrument } = fill
  const order = findOrder(book.orders, clientOrderId)
  const bracket = book.brackets.get(clientOrderId)
  if (order && bracket) {
    const exits = exitsOf(fill, bracket, order.progress.tradeIds.length, at)
    if (order.splits) return [splitTook(exits)]
    if (canProtect(book)) return exits.map((payload) => ({ topic: 'order.submitted', payload }))
    return [protectionLost(book, exits)]
  }
  const other = order?.progress.status === 'filled' ? otherExitOf(clientOrderId) : null
  const isAtWork = other !== null && book.orders.working.get(other)
  if (!isAtWork || isAtWork.progress.status === 'pending_cancel') return []
  return [
    {
      topic: 'order.cancel_requested',
      payload: { clientOrderId: other, instrument, reason: 'the other exit was filled' },
    },
  ]
}

/** The exits that a fill of an entry is followed by. [O18] */
export function exitsOf(
  { clientOrderId, strategy, instrument, side, quantity }: PayloadOf<'order.fill'>,
  { approval, stopLoss, takeProfit, trailingOffset }: PayloadOf<'risk.approved'>['bracket'] & { approval: string },
  fills: number,
  at: number,
): Exit[] {
  const common = {
    approval,
    strategy,
    instrument,
    side: side === 'buy' ? 'sell' : 'buy',
    quantity,
    timeInForce: 'GTC',
    isReduceOnly: true,
    expiresAt: at + exitTtlMicros,
    closes: clientOrderId,
  } as const
  const exits: Exit[] = []
  const stop = { clientOrderId: exitOrderIdOf(clientOrderId, fills, 's'), ...common }
  if (trailingOffset !== undefined) {
    const stopPrice = stopLoss === undefined ? {} : { stopPrice: stopLoss }
    exits.push({ ...stop, orderType: 'trailing_stop', trailingOffset, ...stopPrice })
  } else if (stopLoss !== undefined) {
    exits.push({ ...stop, orderType: 'stop', stopPrice: stopLoss })
  }
  if (takeProfit !== undefined) {
    const profit = { ...common, clientOrderId: exitOrderIdOf(clientOrderId, fills, 'p') }
    exits.push({ ...profit, orderType: 'limit', limitPrice: takeProfit })
  }
  return exits
}
