import { addExact, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** What moves an instrument's newest price. */
export const priceTopics = ['md.bar', 'md.tick', 'md.option.tick'] as const satisfies Topic[]
export type PriceEvent = Event<(typeof priceTopics)[number]>

/** By instrument: the text of a price, or both sides of a quote whose middle is worked out when somebody asks. */
export type NewestPrices = Map<string, string | readonly [bid: string, ask: string]>

/**
 * Keeps the newest price of an instrument, in order of delivery: the close of a bar of any width, the price of a trade, the
 * middle of a quote that has both sides, and for an option without both sides its last trade. Anything else changes nothing.
 * Says whether it told a price.
 */
export function foldPrice(prices: NewestPrices, event: PriceEvent): boolean {
  const price = event.topic === 'md.bar' ? event.payload.close : priceOfTick(event.payload)
  if (price !== null) prices.set(event.payload.instrument, price)
  return price !== null
}

/** The same where, as of an inverse contract, what is not above zero is no price. */
export const foldPriceOf = (prices: NewestPrices, event: PriceEvent, isAboveZero: boolean): boolean =>
  isAboveZero ? foldPriceAboveZero(prices, event) : foldPrice(prices, event)

/** It was told before that was known. */
export function dropNotAboveZero(prices: NewestPrices, instrument: string): void {
  const price = newestPrice(prices, instrument)
  if (price !== null && parseExact(price).units <= 0n) prices.delete(instrument)
}

/** What was there before stays. */
function foldPriceAboveZero(prices: NewestPrices, event: PriceEvent): boolean {
  const { instrument } = event.payload
  const before = prices.get(instrument)
  if (!foldPrice(prices, event)) return false
  if (parseExact(newestPrice(prices, instrument) as string).units > 0n) return true
  if (before === undefined) prices.delete(instrument)
  else prices.set(instrument, before)
  return false
}

function priceOfTick(tick: Exclude<PriceEvent, { topic: 'md.bar' }>['payload']) {
  if ('price' in tick) return tick.price
  if (tick.bid !== null && tick.ask !== null) return [tick.bid, tick.ask] as const
  return 'last' in tick && tick.last !== undefined ? tick.last : null
}

/** The newest price as decimal text, the exact middle of a quote included; null before the first. */
export function newestPrice(prices: NewestPrices, instrument: string): string | null {
  const newest = prices.get(instrument)
  if (newest === undefined) return null
  return typeof newest === 'string' ? newest : middle(newest[0], newest[1])
}

/** What an order at the market meets first: the other side of the newest quote, else the newest price; null before the first. */
export function touchPrice(prices: NewestPrices, instrument: string, side: 'buy' | 'sell'): string | null {
  const newest = prices.get(instrument)
  return typeof newest === 'object' ? newest[side === 'buy' ? 1 : 0] : (newest ?? null)
}

function middle(bid: string, ask: string): string {
  if (bid === ask) return bid
  const { units, scale } = multiplyExact(addExact(parseExact(bid), parseExact(ask)), half)
  return formatExact(units % 10n === 0n ? { units: units / 10n, scale: scale - 1 } : { units, scale })
}

const half = parseExact('0.5')
