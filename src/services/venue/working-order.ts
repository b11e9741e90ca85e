import { compareDecimalText } from '#lib/bars/exact-decimal.ts'
import type { Instrument } from '#lib/domain/instrument.ts'
import { quantityToLots } from '#lib/domain/lot-size.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { fillsByTrades } from './market-source.ts'
import type { Place } from './queue.ts'
import { type Trigger, triggerOf } from './trigger.ts'
import type { VenueConfig } from './venue-config.ts'

/** An order in the book. Plain JSON. */
export type WorkingOrder = {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly strategy: string
  /** The listing in force when the order was accepted. */
  readonly listing: Instrument
  readonly side: 'buy' | 'sell'
  /** Null for an order at the market. */
  limitPrice: string | null
  readonly timeInForce: PayloadOf<'order.submitted'>['timeInForce']
  readonly isPostOnly: boolean
  readonly isReduceOnly: boolean
  /** Microseconds: when the order reached the exchange. */
  readonly arrivedAt: number
  readonly isLate: boolean
  /** The last instant of a DAY or GTD order; null for any other. */
  readonly endsAt: number | null
  /** What it waits for before it is in the market; null when it is. */
  trigger: Trigger | null
  /** The best price that bars have shown to a trailing stop. */
  best: string | null
  /** All that it asks for, and what of it is left. */
  lots: number
  leavesLots: number
  fills: number
  /** Where it stands at its price; null before that is known, and without a queue model. */
  place: Place | null
  /** How many bars, quotes or trades that fill, or the market at its acceptance, it has been exposed to; the first is its arrival. */
  exposures: number
}

/** What a valid submission becomes when it is accepted. */
export function workingOrderOf(
  order: PayloadOf<'order.submitted'>,
  listing: Instrument,
  venueOrderId: string,
  exchange: Exchange,
): WorkingOrder {
  const { now, isLate, config } = exchange
  const { clientOrderId, strategy, side, limitPrice, timeInForce, quantity } = order
  const lots = quantityToLots(quantity, listing.lotSize)
  return {
    clientOrderId,
    venueOrderId,
    strategy,
    listing,
    side,
    limitPrice: hasLimit(order.orderType) ? (limitPrice as string) : null,
    timeInForce,
    isPostOnly: order.isPostOnly ?? false,
    isReduceOnly: order.isReduceOnly ?? false,
    arrivedAt: now,
    isLate,
    endsAt: endOf(order, now),
    trigger: triggerOf(order),
    best: null,
    place: null,
    lots,
    leavesLots: lots,
    fills: 0,
    exposures: isImmediate(config.fill) && !fillsByTrades(exchange, listing.instrument) ? 1 : 0,
  }
}

export const endReason = ({ timeInForce }: WorkingOrder): string =>
  timeInForce === 'DAY' ? 'end of day' : 'its time is over'

/** Does an order of this type carry a limit price? */
export const hasLimit = (orderType: PayloadOf<'order.submitted'>['orderType']): boolean =>
  orderType === 'limit' || orderType === 'stop_limit' || orderType === 'limit_if_touched'

/** Does an order meet the market as it stands when it arrives, rather than the next bar or quote? */
export const isImmediate = (fill: VenueConfig['fill']): boolean => fill === 'same-close' || fill === 'touch'

/** Would the order trade at this price? An order at the market trades at any. */
export function isMarketable({ side, limitPrice }: WorkingOrder, price: string): boolean {
  if (limitPrice === null) return true
  const difference = compareDecimalText(price, limitPrice)
  return side === 'buy' ? difference <= 0 : difference >= 0
}

function endOf({ timeInForce, activeUntil }: PayloadOf<'order.submitted'>, now: number): number | null {
  if (timeInForce === 'DAY') return (Math.floor(now / dayMicros) + 1) * dayMicros
  return timeInForce === 'GTD' ? (activeUntil as number) : null
}
