import { compareDecimalText } from '#lib/bars/exact-decimal.ts'
import type { Instrument } from '#lib/domain/instrument.ts'
import { quantityToLots } from '#lib/domain/lot-size.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { VenueConfig } from './venue-config.ts'

/** An order in the book. Plain JSON. */
export type WorkingOrder = {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly strategy: string
  /** The listing in force when the order was accepted. */
  readonly listing: Instrument
  readonly side: 'buy' | 'sell'
  /** Null for a market order. */
  readonly limitPrice: string | null
  readonly timeInForce: PayloadOf<'order.submitted'>['timeInForce']
  /** Microseconds: when the order reaches the book. */
  readonly arrivesAt: number
  readonly isDelayed: boolean
  /** A DAY order's last instant; null for any other. */
  readonly dayEndsAt: number | null
  leavesLots: number
  fills: number
  /** How many bars or quotes, or the market at its acceptance, it has been exposed to; the first is its arrival. */
  exposures: number
}

/** What a valid submission becomes when it is accepted at `now`. */
export function workingOrderOf(
  { clientOrderId, strategy, side, orderType, limitPrice, timeInForce, quantity }: PayloadOf<'order.submitted'>,
  listing: Instrument,
  venueOrderId: string,
  now: number,
  { fill, latencyMicros }: VenueConfig,
): WorkingOrder {
  const latency = fill === 'same-close' ? 0 : latencyMicros
  const isMetAtOnce = latency === 0 && isImmediate(fill)
  return {
    clientOrderId,
    venueOrderId,
    strategy,
    listing,
    side,
    limitPrice: orderType === 'limit' ? (limitPrice as string) : null,
    timeInForce,
    arrivesAt: now + latency,
    isDelayed: latency > 0,
    dayEndsAt: timeInForce === 'DAY' ? (Math.floor(now / dayMicros) + 1) * dayMicros : null,
    leavesLots: quantityToLots(quantity, listing.lotSize),
    fills: 0,
    exposures: isMetAtOnce ? 1 : 0,
  }
}

/** Does an order meet the market as it stands when it arrives, rather than the next bar or quote? */
export const isImmediate = (fill: VenueConfig['fill']): boolean => fill === 'same-close' || fill === 'touch'

/** Would the order trade at this price? A market order trades at any. */
export function isMarketable({ side, limitPrice }: WorkingOrder, price: string): boolean {
  if (limitPrice === null) return true
  const difference = compareDecimalText(price, limitPrice)
  return side === 'buy' ? difference <= 0 : difference >= 0
}

const dayMicros = 86_400_000_000
