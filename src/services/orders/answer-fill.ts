import { exitOrderIdOf } from '#lib/domain/client-order-id.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { type Exit, exitTtlMicros, type Following, type OrderBook } from './order-book.ts'
import { protectionLost, splitTook } from './protection.ts'

type Said = Statement<'order.submitted' | 'order.cancel_requested' | 'system.alert'>

/** A fill of an entry is followed by its exits; when these have closed it, what works of them is canceled. [O18] [O19] [O24] [O29] */
export const answerFill = (book: OrderBook, following: Following): readonly Said[] => [
  ...cancelNeedless(book, following.instrument),
  ...answerExits(book, following),
]

function answerExits(book: OrderBook, { exits, fate }: Following): readonly Said[] {
  if (exits.length === 0) return []
  switch (fate) {
    case 'split':
      return [splitTook(exits)]
    case 'kept':
      return [protectionLost(book, exits)]
    case 'waiting':
      return []
    case 'sent':
      return exits.map((payload) => ({ topic: 'order.submitted', payload }))
  }
}

function cancelNeedless({ needless, orders }: OrderBook, instrument: string): Said[] {
  const atWork = needless.filter((id) => {
    const exit = orders.working.get(id)
    return exit !== undefined && exit.progress.status !== 'pending_cancel'
  })
  return atWork.map((id) => ({
    topic: 'order.cancel_requested',
    payload: { clientOrderId: id, instrument, reason: 'what it was to close is closed' },
  }))
}

/** The exits that a fill of an entry is followed by, of what it opens. [O18] [O29] */
export function exitsOf(
  { clientOrderId, strategy, instrument, side, quantity }: PayloadOf<'order.fill'>,
  { approval, stopLoss, takeProfit, trailingOffset }: PayloadOf<'risk.approved'>['bracket'] & { approval: string },
  fills: number,
  at: number,
): Exit[] {
  if (!/[1-9]/.test(quantity)) return []
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
