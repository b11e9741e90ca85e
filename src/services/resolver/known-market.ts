import { foldPrice, type NewestPrices, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import { splitPrices, splitQuantityText } from '#lib/domain/split.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Bracket } from './bracket.ts'
import { foldLeft, forgetLeft, type LeftLegs } from './left-legs.ts'
import { addToChain, emptyChain, type Listing, type OptionChain } from './option-chain.ts'
import { foldChainSnapshot, foldOptionTick, type OptionQuote } from './option-quote.ts'
import type { ResolverConfig } from './resolver-config.ts'
import { noRolls, type Rolls } from './rolls.ts'

/** One instrument of what a role was last resolved to; target is signed decimal text, never zero. */
export type HeldLeg = {
  readonly instrument: string
  readonly target: string
  /** Of its entry. [S21] */
  readonly bracket?: Bracket
}
/** What a role was last resolved to, and by which wish. [S5] */
export type Held = { readonly wish: string; readonly legs: readonly HeldLeg[] }

/** What an intent asks for. */
export type Wish = Pick<
  PayloadOf<'strategy.intent'>,
  'strategy' | 'role' | 'target' | 'size' | 'isUrgent' | 'protect' | 'wish'
>

/** `at` in microseconds UTC. */
export type TimedPrice = { readonly price: string; readonly at: number }

export type KnownMarket = {
  config: ResolverConfig
  readonly listings: Map<string, Listing>
  /** By underlying. */
  readonly chains: Map<string, OptionChain>
  readonly prices: NewestPrices
  /** Newest quote of each option. */
  readonly quotes: Map<string, OptionQuote>
  /** When each of `prices` was told. */
  readonly pricedAt: Map<string, number>
  /** By `expiryKey`, what the options of that expiry say; by underlying, what a snapshot of its chain says. [S2] */
  readonly underlyingPrices: Map<string, TimedPrice>
  /** By `roleKey`: what was wished last. */
  readonly wishes: Map<string, Wish>
  /** By `roleKey`. */
  readonly held: Map<string, Held>
  readonly left: LeftLegs
  /** Strategies and instruments with a position that is not zero. */
  readonly open: Set<string>
  readonly rolls: Rolls
}

export const emptyMarket = (config: ResolverConfig): KnownMarket => ({
  config,
  listings: new Map(),
  chains: new Map(),
  prices: new Map(),
  pricedAt: new Map(),
  quotes: new Map(),
  underlyingPrices: new Map(),
  wishes: new Map(),
  held: new Map(),
  left: new Map(),
  open: new Set(),
  rolls: noRolls(),
})

// Neither part can hold a slash.
export const roleKey = (strategy: string, role: string): string => `${strategy}/${role}`

/** What makes two wishes the same: direction and options; the size may differ. [S5] */
export const wishOf = ({ target, wish }: Pick<Wish, 'target' | 'wish'>): string =>
  wish === undefined ? target : `${target} ${JSON.stringify(wish)}`

/** What is due of the role is answered with it. */
export function foldWish({ wishes, rolls }: KnownMarket, payload: PayloadOf<'strategy.intent'>): void {
  const { strategy, role, target, size, isUrgent, protect, wish } = payload
  const of = roleKey(strategy, role)
  wishes.set(of, { strategy, role, target, size, isUrgent, protect, wish })
  rolls.due = rolls.due.filter(({ key }) => key !== of)
}

export function foldListing(market: KnownMarket, listing: Listing): void {
  market.listings.set(listing.instrument, listing)
  if (listing.kind !== 'option' || listing.underlying === undefined) return
  const chain = market.chains.get(listing.underlying) ?? emptyChain()
  market.chains.set(listing.underlying, chain)
  addToChain(chain, listing)
}

export function foldMarketPrice(market: KnownMarket, event: PriceEvent): void {
  if (foldPrice(market.prices, event)) market.pricedAt.set(event.payload.instrument, event.at)
  if (event.topic !== 'md.option.tick') return
  const { instrument, underlyingPrice } = event.payload
  foldOptionTick(market.quotes, event)
  if (underlyingPrice === undefined) return
  const { underlying, expiry } = market.listings.get(instrument) ?? {}
  if (underlying === undefined || expiry === undefined) return
  market.underlyingPrices.set(expiryKey(underlying, expiry), { price: underlyingPrice, at: event.at })
}

/** Its price and what roles hold of it are in new units. [S18] */
export function foldSplit({ prices, held, left }: KnownMarket, split: PayloadOf<'md.split'>): void {
  const { instrument } = split
  splitPrices(prices, instrument, split)
  const inNew = (leg: HeldLeg): HeldLeg =>
    leg.instrument === instrument ? { instrument, target: splitQuantityText(leg.target, split) } : leg
  for (const [key, { wish, legs }] of held) held.set(key, { wish, legs: legs.map(inNew) })
  for (const [key, legs] of left) left.set(key, legs.map(inNew))
}

export function foldSnapshot(market: KnownMarket, at: number, snapshot: PayloadOf<'md.option.chain.snapshot'>): void {
  const { underlying, underlyingPrice } = snapshot
  if (underlyingPrice !== null) market.underlyingPrices.set(underlying, { price: underlyingPrice, at })
  foldChainSnapshot(market, at, snapshot)
}

/** Own answers, remembered by role. [S5] */
export function remember(
  market: KnownMarket,
  { strategy, role, instrument, target, bracket: of }: PayloadOf<'instrument.resolved'>,
): void {
  const { held, wishes } = market
  const key = roleKey(strategy, role)
  const before = held.get(key)
  const others = before?.legs.filter((leg) => leg.instrument !== instrument) ?? []
  const isNothing = /^-?0(\.0+)?$/.test(target)
  const same = before?.legs.find((leg) => leg.instrument === instrument)
  const bracket = of ?? (same?.target.startsWith('-') === target.startsWith('-') ? same?.bracket : undefined)
  const last = wishes.get(key)
  if (!isNothing) forgetLeft(market, key, instrument)
  else if (same !== undefined) foldLeft(market, key, same)
  if (!isNothing)
    held.set(key, {
      wish: last ? wishOf(last) : '',
      legs: [...others, { instrument, target, ...(bracket === undefined ? {} : { bracket }) }],
    })
  else if (others.length === 0) held.delete(key)
  else if (before !== undefined) held.set(key, { wish: before.wish, legs: others })
}

/** The price that the options of an expiry are measured against, and when it was told. [S2] */
export function spotOf(market: KnownMarket, underlying: string, expiry: string): TimedPrice | null {
  const { prices, pricedAt, underlyingPrices } = market
  const own = newestPrice(prices, underlying)
  const told = underlyingPrices.get(expiryKey(underlying, expiry)) ?? underlyingPrices.get(underlying)
  if (own === null) return told ?? null
  const at = pricedAt.get(underlying) as number
  return told === undefined || at >= told.at ? { price: own, at } : told
}

// A date has no space.
const expiryKey = (underlying: string, expiry: string): string => `${underlying} ${expiry}`

export const marketToJson = (market: KnownMarket) => ({
  config: market.config,
  listings: [...market.listings.values()],
  prices: [...market.prices],
  pricedAt: [...market.pricedAt],
  quotes: [...market.quotes],
  underlyingPrices: [...market.underlyingPrices],
  wishes: [...market.wishes],
  held: [...market.held],
  left: [...market.left],
  open: [...market.open],
  rolls: market.rolls,
})

export function marketFromJson(json: unknown): KnownMarket {
  const saved = json as ReturnType<typeof marketToJson>
  const market: KnownMarket = {
    ...emptyMarket(saved.config),
    prices: new Map(saved.prices),
    pricedAt: new Map(saved.pricedAt),
    quotes: new Map(saved.quotes),
    underlyingPrices: new Map(saved.underlyingPrices),
    wishes: new Map(saved.wishes),
    held: new Map(saved.held),
    left: new Map(saved.left),
    open: new Set(saved.open),
    rolls: saved.rolls,
  }
  for (const listing of saved.listings) foldListing(market, listing)
  return market
}
