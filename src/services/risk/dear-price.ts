import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { type NewestPrices, touchPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact } from '#lib/domain/signed-decimal.ts'
import type { Proposal } from './proposal.ts'

type Terms = Pick<Proposal, 'instrument' | 'side'> &
  Partial<Pick<Proposal, 'limitPrice' | 'stopPrice' | 'trailingOffset'>>

/**
 * The dearest price that an order may come to stand at: the newest, its limit, its stop or where it trails it to, and for what buys at any price the
 * other side of the quote; whichever is most. [R44]
 */
export function dearestPrice(prices: NewestPrices, order: Terms, newest: ExactDecimal): ExactDecimal {
  const { limitPrice, stopPrice } = order
  let dearest = newest
  if (limitPrice !== undefined) dearest = maxExact(dearest, parseExact(limitPrice))
  if (stopPrice !== undefined) dearest = maxExact(dearest, parseExact(stopPrice))
  return order.side === 'buy' && limitPrice === undefined ? maxExact(dearest, atMarket(prices, order, newest)) : dearest
}

/** What one that is bought may cost: at most its limit; without one the dearest price. [R28] */
export const unitCost = (prices: NewestPrices, order: Terms, newest: ExactDecimal): ExactDecimal =>
  absExact(order.limitPrice === undefined ? dearestPrice(prices, order, newest) : parseExact(order.limitPrice))

/** By how much the dearest price is above the newest, or nothing. */
export function excessOf(prices: NewestPrices, order: Terms, newest: ExactDecimal): ExactDecimal | null {
  const dearest = dearestPrice(prices, order, newest)
  return compareExact(dearest, newest) > 0 ? addExact(dearest, { ...newest, units: -newest.units }) : null
}

function atMarket(
  prices: NewestPrices,
  { instrument, side, trailingOffset }: Terms,
  newest: ExactDecimal,
): ExactDecimal {
  const touch = touchPrice(prices, instrument, side)
  const met = touch === null ? newest : maxExact(newest, parseExact(touch))
  return trailingOffset === undefined ? met : addExact(met, parseExact(trailingOffset))
}
