import { lotsToQuantity } from '#lib/domain/lot-size.ts'
import { moneyText } from '#lib/domain/money.ts'
import type { venueTopics } from '#lib/domain/venue-report.ts'
import type { Statement } from '#schemas/event.ts'
import { feeOf } from './fee.ts'
import { slippedPrice } from './slippage.ts'
import type { Take } from './take.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

export type Said = Statement<(typeof venueTopics)[number] | 'system.alert'>

/** What one input does to one order: a copy of the order that moves on, and what the venue says of it. */
export type Turn = {
  readonly order: WorkingOrder
  readonly said: Said[]
  isOver: boolean
  /** Lots that take the strategy's position to zero, before this order's fills. */
  readonly heldLots: number
  takenLots: number
}

/** `heldLots`: the strategy's signed position in the instrument. */
export const turnOf = (order: WorkingOrder, heldLots: number): Turn => ({
  order: { ...order },
  said: [],
  isOver: false,
  heldLots: order.side === 'sell' ? Math.max(0, heldLots) : Math.max(0, -heldLots),
  takenLots: 0,
})

/** How many lots an order may take: what it leaves, and where it only reduces, what is there to be reduced. [V28] */
export const takableLots = ({ order, heldLots, takenLots }: Turn): number =>
  order.isReduceOnly ? Math.min(order.leavesLots, heldLots - takenLots) : order.leavesLots

/** Is so much enough for the order to begin with? Fill-or-kill gets all of its quantity or nothing. [V7] */
export const isEnough = (turn: Turn, lots: number): boolean =>
  turn.order.timeInForce !== 'FOK' || Math.min(lots, takableLots(turn)) >= turn.order.leavesLots

/** The order gets its take, as a fill with its fee; a post-only order that would take is canceled instead. [V27] [V28] */
export function execute(turn: Turn, take: Take, config: VenueConfig): void {
  const { order, said } = turn
  if (order.isPostOnly && take.liquidity === 'taker') {
    end(turn, 'order.canceled', 'post-only would take')
    return
  }
  const lots = Math.min(take.lots, takableLots(turn))
  if (lots > 0) {
    const { clientOrderId, venueOrderId, strategy, listing, side } = order
    const price =
      take.liquidity === 'taker'
        ? slippedPrice(order, take.price, config, take.volume ? (take.volume.taken + lots) / take.volume.lots : 0)
        : take.price
    order.leavesLots -= lots
    turn.takenLots += lots
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
        price,
        quantity: lotsToQuantity(lots, listing.lotSize),
        leavesQuantity: lotsToQuantity(order.leavesLots, listing.lotSize),
        fee: moneyText(feeOf({ ...take, price, lots }, listing, config.fees)),
        currency: listing.currency,
        liquidity: take.liquidity,
        filledAt: take.filledAt,
      },
    })
  }
  if (order.isReduceOnly && order.leavesLots > 0 && takableLots(turn) === 0)
    end(turn, 'order.canceled', 'reduce-only: nothing is left to reduce')
}

/** The order has seen the price that it waited for and is in the market from here on. */
export function trigger(turn: Turn, price: string): void {
  const { clientOrderId, listing } = turn.order
  turn.order.trigger = null
  turn.said.push({ topic: 'order.triggered', payload: { clientOrderId, instrument: listing.instrument, price } })
}

/** The order ends with what it leaves. */
export function end(turn: Turn, how: 'order.canceled' | 'order.expired', reason: string): void {
  turn.said.push(ended(turn.order, how, reason))
  turn.isOver = true
}

export function ended(
  { clientOrderId, listing, leavesLots }: WorkingOrder,
  how: 'order.canceled' | 'order.expired',
  reason: string,
): Said {
  const leavesQuantity = lotsToQuantity(leavesLots, listing.lotSize)
  return { topic: how, payload: { clientOrderId, instrument: listing.instrument, leavesQuantity, reason } }
}

/** After its arrival, what an immediate order did not get is canceled. [V7] */
export function endImmediate(turn: Turn): void {
  const { timeInForce, leavesLots } = turn.order
  if (turn.isOver || leavesLots === 0 || (timeInForce !== 'IOC' && timeInForce !== 'FOK')) return
  end(turn, 'order.canceled', timeInForce === 'IOC' ? 'immediate or cancel' : 'fill or kill')
}
