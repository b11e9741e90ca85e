import { lotsToQuantity } from '#lib/domain/lot-size.ts'
import { moneyText } from '#lib/domain/money.ts'
import type { Statement } from '#schemas/event.ts'
import { feeOf } from './fee.ts'
import type { Take } from './take.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

export type Said = Statement<'order.accepted' | 'order.rejected' | 'order.fill' | 'order.canceled' | 'order.expired'>

/** What one input does to one order: a copy of the order that moves on, and what the venue says of it. */
export type Turn = { readonly order: WorkingOrder; readonly said: Said[]; isOver: boolean }

export const turnOf = (order: WorkingOrder): Turn => ({ order: { ...order }, said: [], isOver: false })

/** The order gets its take, as a fill with its fee. */
export function execute({ order, said }: Turn, take: Take, { fees }: VenueConfig): void {
  const { clientOrderId, venueOrderId, strategy, listing, side } = order
  order.leavesLots -= take.lots
  order.fills += 1
  said.push({
    topic: 'order.fill',
    payload: {
      clientOrderId,
      venueOrderId,
      tradeId: `${venueOrderId}-${order.fills}`,
      strategy,
      instrument: listing.instrument,
      side,
      price: take.price,
      quantity: lotsToQuantity(take.lots, listing.lotSize),
      leavesQuantity: lotsToQuantity(order.leavesLots, listing.lotSize),
      fee: moneyText(feeOf(take, listing, fees)),
      currency: listing.currency,
      liquidity: take.liquidity,
      filledAt: take.filledAt,
    },
  })
}

/** The order ends with what it leaves. */
export function end(turn: Turn, how: 'order.canceled' | 'order.expired', reason: string): void {
  const { clientOrderId, listing, leavesLots } = turn.order
  const leavesQuantity = lotsToQuantity(leavesLots, listing.lotSize)
  turn.said.push({ topic: how, payload: { clientOrderId, instrument: listing.instrument, leavesQuantity, reason } })
  turn.isOver = true
}

/** After its arrival, what an immediate order did not get is canceled. [V7] */
export function endImmediate(turn: Turn): void {
  const { timeInForce, leavesLots } = turn.order
  if (leavesLots === 0 || (timeInForce !== 'IOC' && timeInForce !== 'FOK')) return
  end(turn, 'order.canceled', timeInForce === 'IOC' ? 'immediate or cancel' : 'fill or kill')
}
