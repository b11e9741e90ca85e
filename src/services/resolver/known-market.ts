import { foldPrice, type NewestPrices, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { addToChain, emptyChain, type Listing, type OptionChain } from './option-chain.ts'
import { foldChainSnapshot, foldOptionTick, type OptionQuote } from './option-quote.ts'
import type { ResolverConfig } from './resolver-config.ts'

/** One instrument of what a role was last resolved to; target is signed decimal text, never zero. */
export type HeldLeg = { readonly instrument: string; readonly target: string }
/** What a role was last resolved to, and by which wish. [S5] */
export type Held = { readonly wish: string; readonly legs: readonly HeldLeg[] }

export type KnownMarket = {
  config: ResolverConfig
  readonly listings: Map<string, Listing>
  /** By underlying. */
  readonly chains: Map<string, OptionChain>
  readonly prices: NewestPrices
  /** Newest quote of each option. */
  readonly quotes: Map<string, OptionQuote>
  /** By underlying, what its options say. */
  readonly underlyingPrices: Map<string, string>
  /** By `roleKey`: the wish that was told last. */
  readonly wishes: Map<string, string>
  /** By `roleKey`. */
  readonly held: Map<string, Held>
}

export const emptyMarket = (config: ResolverConfig): KnownMarket => ({
  config,
  listings: new Map(),
  chains: new Map(),
  prices: new Map(),
  quotes: new Map(),
  underlyingPrices: new Map(),
  wishes: new Map(),
  held: new Map(),
})

// Neither part can hold a slash.
export const roleKey = (strategy: string, role: string): string => `${strategy}/${role}`

/** What makes two wishes the same: direction and options; the size may differ. [S5] */
export const wishOf = ({ target, wish }: PayloadOf<'strategy.intent'>): string =>
  wish === undefined ? target : `${target} ${JSON.stringify(wish)}`

export function foldListing(market: KnownMarket, listing: Listing): void {
  market.listings.set(listing.instrument, listing)
  if (listing.kind !== 'option' || listing.underlying === undefined) return
  const chain = market.chains.get(listing.underlying) ?? emptyChain()
  market.chains.set(listing.underlying, chain)
  addToChain(chain, listing)
}

export function foldMarketPrice(market: KnownMarket, event: PriceEvent): void {
  foldPrice(market.prices, event)
  if (event.topic !== 'md.option.tick') return
  const { instrument, underlyingPrice } = event.payload
  foldOptionTick(market.quotes, event)
  if (underlyingPrice === undefined) return
  const underlying = market.listings.get(instrument)?.underlying
  if (underlying !== undefined) market.underlyingPrices.set(underlying, underlyingPrice)
}

export function foldSnapshot(market: KnownMarket, at: number, snapshot: PayloadOf<'md.option.chain.snapshot'>): void {
  if (snapshot.underlyingPrice !== null) market.underlyingPrices.set(snapshot.underlying, snapshot.underlyingPrice)
  foldChainSnapshot(market.quotes, market.prices, at, snapshot)
}

/** Own answers, remembered by role. [S5] */
export function remember(
  { held, wishes }: KnownMarket,
  { strategy, role, instrument, target }: PayloadOf<'instrument.resolved'>,
): void {
  const key = roleKey(strategy, role)
  const before = held.get(key)
  const others = before?.legs.filter((leg) => leg.instrument !== instrument) ?? []
  const isNothing = /^-?0(\.0+)?$/.test(target)
  if (!isNothing) held.set(key, { wish: wishes.get(key) ?? '', legs: [...others, { instrument, target }] })
  else if (others.length === 0) held.delete(key)
  else if (before !== undefined) held.set(key, { wish: before.wish, legs: others })
}

/** The price that options are measured against. [S2] */
export const spotOf = (market: KnownMarket, underlying: string): string | null =>
  newestPrice(market.prices, underlying) ?? market.underlyingPrices.get(underlying) ?? null

export const marketToJson = (market: KnownMarket) => ({
  config: market.config,
  listings: [...market.listings.values()],
  prices: [...market.prices],
  quotes: [...market.quotes],
  underlyingPrices: [...market.underlyingPrices],
  wishes: [...market.wishes],
  held: [...market.held],
})

export function marketFromJson(json: unknown): KnownMarket {
  const saved = json as ReturnType<typeof marketToJson>
  const market: KnownMarket = {
    ...emptyMarket(saved.config),
    prices: new Map(saved.prices),
    quotes: new Map(saved.quotes),
    underlyingPrices: new Map(saved.underlyingPrices),
    wishes: new Map(saved.wishes),
    held: new Map(saved.held),
  }
  for (const listing of saved.listings) foldListing(market, listing)
  return market
}
