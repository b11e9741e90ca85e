import { parseExact } from '#lib/bars/exact-decimal.ts'
import { exactLots, type Instrument } from '#lib/domain/instrument.ts'
import { isOnTick } from '#lib/domain/tick-size.ts'
import { isInSteps, wholeSteps } from '#lib/domain/whole-steps.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { isAway } from './outage.ts'
import { hasExpired } from './settlement.ts'
import { hasLimit } from './working-order.ts'

type Code = PayloadOf<'order.rejected'>['code']

/** The first rule that a submission breaks; null when it is to be accepted. [V2] */
export function rejectionOf(exchange: Exchange, order: PayloadOf<'order.submitted'>): Code | null {
  const { clientOrderId, instrument, expiresAt, orderType } = order
  if (exchange.instrumentOf.has(clientOrderId) || exchange.ended.has(clientOrderId)) return 'DUPLICATE_CLIENT_ORDER_ID'
  if (exchange.isClosed || isAway(exchange) || hasExpired(exchange, instrument)) return 'VENUE_CLOSED'
  if (expiresAt < exchange.now) return 'EXPIRED'
  const listing = exchange.listings.get(instrument)
  if (!listing) return 'INSTRUMENT_UNKNOWN'
  const { currency, currencies = [] } = exchange.config
  if (listing.currency !== currency && !currencies.includes(listing.currency)) return 'CURRENCY_MISMATCH'
  if (!isInLots(order.quantity, listing)) return 'QUANTITY_INVALID'
  const broken = brokenTerms(order, listing)
  if (broken !== null) return broken
  return orderType === 'market' && !exchange.isOfOldUnits && !hasMarket(exchange, listing) ? 'NO_MARKET' : null
}

/** Prices that the type needs, on the grid, and terms that go together. */
function brokenTerms(order: PayloadOf<'order.submitted'>, { tickSize }: Instrument): Code | null {
  const { orderType, limitPrice, stopPrice, trailingOffset, timeInForce, activeUntil, isPostOnly } = order
  const isBad = (price: string | undefined) => price === undefined || !isOnTick(price, tickSize)
  if (hasLimit(orderType) && isBad(limitPrice)) return 'PRICE_INVALID'
  if (orderType === 'trailing_stop') {
    if (isBad(trailingOffset) || parseExact(trailingOffset as string).units <= 0n) return 'PRICE_INVALID'
    if (stopPrice !== undefined && isBad(stopPrice)) return 'PRICE_INVALID'
  } else if (orderType !== 'market' && orderType !== 'limit' && isBad(stopPrice)) return 'PRICE_INVALID'
  const isImmediate = timeInForce === 'IOC' || timeInForce === 'FOK'
  if ((timeInForce === 'GTD') !== (activeUntil !== undefined)) return 'TERMS_INVALID'
  if (isPostOnly && (isImmediate || orderType !== 'limit')) return 'TERMS_INVALID'
  return null
}

/** Above zero, in whole lots that can be counted. */
export function isInLots(quantity: string, { lotSize }: Instrument): boolean {
  const exact = parseExact(quantity)
  const lot = exactLots(1, lotSize)
  return exact.units > 0n && isInSteps(exact, lot) && wholeSteps(exact, lot, 'down') <= Number.MAX_SAFE_INTEGER
}

function hasMarket(
  { config: { fill }, lastBars, quotes, traded }: Exchange,
  { instrument, kind }: Instrument,
): boolean {
  switch (fill) {
    case 'touch':
      return quotes.has(instrument) || traded.has(instrument)
    case 'same-close':
      return kind === 'option' ? quotes.has(instrument) : lastBars.has(instrument)
    case 'next-open':
    case 'next-close':
      return true
  }
}
