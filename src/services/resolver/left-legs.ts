import type { PayloadOf } from '#schemas/catalogue.ts'
import type { HeldLeg, KnownMarket } from './known-market.ts'
import { isExpired } from './option-chain.ts'

/** By `roleKey`, what was resolved to 0 and is not known to be gone: its order may have been refused, or have ended with a rest. [S22] */
export type LeftLegs = Map<string, readonly HeldLeg[]>

/** What a role has left and may hold still; what has expired the venue settles. */
export const legsLeft = ({ left, listings }: KnownMarket, key: string, at: number): readonly HeldLeg[] =>
  (left.get(key) ?? []).filter(({ instrument }) => {
    const listing = listings.get(instrument)
    return listing !== undefined && !isExpired(listing, at, 'us')
  })

/** A role leaves what it held. */
export const foldLeft = ({ left }: KnownMarket, key: string, leg: HeldLeg): void => {
  left.set(key, [...(left.get(key) ?? []), leg])
}

/** It is held again, or gone. */
export function forgetLeft({ left }: KnownMarket, key: string, instrument: string): void {
  const rest = left.get(key)?.filter((leg) => leg.instrument !== instrument) ?? []
  if (rest.length === 0) left.delete(key)
  else left.set(key, rest)
}

/** A position that came to nothing has been left. */
export function foldPosition(market: KnownMarket, { strategy, instrument, position }: PayloadOf<'pnl.update'>): void {
  const key = positionKey(strategy, instrument)
  if (/[1-9]/.test(position)) {
    market.open.add(key)
    return
  }
  market.open.delete(key)
  forgetOf(market, strategy, instrument)
}

/** So has one that never was. While there is a position, orders at work are to close it, and may end without. */
export function foldAtTarget(market: KnownMarket, { strategy, instrument }: PayloadOf<'risk.rejected'>): void {
  if (!market.open.has(positionKey(strategy, instrument))) forgetOf(market, strategy, instrument)
}

function forgetOf(market: KnownMarket, strategy: string, instrument: string): void {
  for (const key of [...market.left.keys()]) if (key.startsWith(`${strategy}/`)) forgetLeft(market, key, instrument)
}

// Neither part can hold a space.
const positionKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`
