import { addExact, compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { type NewestPrices, touchPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import type { Proposal } from './proposal.ts'

type Terms = Pick<Proposal, 'instrument' | 'side'> &
  Partial<Pick<Proposal, 'limitPrice' | 'stopPrice' | 'trailingOffset'>>

/**
 * The dearest price that an order may come to stand at: the newest, its limit, its stop or where it trails it to, and for what buys at any price the
 * other side of the quote; whichever is most. Of an inverse contract the lowest is the dearest, and what sells meets any price. [R44]
 */
export function dearestPrice(
  prices: NewestPrices,
  order: Terms,
  newest: ExactDecimal,
  { isInverse }: { readonly isInverse: boolean },
): ExactDecimal {
  const { limitPrice, stopPrice, side } = order
  const dearer = isInverse ? lowerAboveZero : maxExact
  let dearest = newest
  if (limitPrice !== undefined) dearest = dearer(dearest, parseExact(limitPrice))
  if (stopPrice !== undefined) dearest = dearer(dearest, parseExact(stopPrice))
  const isAtAnyPrice = limitPrice === undefined && side === (isInverse ? 'sell' : 'buy')
  return isAtAnyPrice ? dearer(dearest, atMarket(prices, order, newest, dearer)) : dearest
}

/** What one that is bought may cost: at most its limit; without one the dearest price. [R28] */
export const unitCost = (order: Terms, dearest: ExactDecimal): ExactDecimal =>
  absExact(order.limitPrice === undefined ? dearest : parseExact(order.limitPrice))

type Dearer = (a: ExactDecimal, b: ExactDecimal) => ExactDecimal

function atMarket(
  prices: NewestPrices,
  { instrument, side, trailingOffset }: Terms,
  newest: ExactDecimal,
  dearer: Dearer,
): ExactDecimal {
  const touch = touchPrice(prices, instrument, side)
  const met = touch === null ? newest : dearer(newest, parseExact(touch))
  if (trailingOffset === undefined) return met
  return side === 'buy' ? addExact(met, parseExact(trailingOffset)) : subtractExact(met, parseExact(trailingOffset))
}

/** What is not above zero is no price of an inverse contract. */
const lowerAboveZero: Dearer = (a, b) => (b.units > 0n && compareExact(b, a) < 0 ? b : a)
