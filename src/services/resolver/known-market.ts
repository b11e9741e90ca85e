import { foldPrice, type NewestPrices, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { ResolverConfig } from './resolver-config.ts'

export type Listing = PayloadOf<'md.instrument'>
/** What a strategy's role was last resolved to; target is signed decimal text, never zero. */
export type Held = { readonly instrument: string; readonly target: string }

export type KnownMarket = {
  config: ResolverConfig
  readonly listings: Map<string, Listing>
  /** Options by underlying, in the order of listing. */
  readonly chains: Map<string, string[]>
  readonly prices: NewestPrices
  /** By underlying, what its options say. */
  readonly underlyingPrices: Map<string, string>
  /** By `heldKey`. */
  readonly held: Map<string, Held>
}

export const emptyMarket = (config: ResolverConfig): KnownMarket => ({
  config,
  listings: new Map(),
  chains: new Map(),
  prices: new Map(),
  underlyingPrices: new Map(),
  held: new Map(),
})

// Neither part can hold a slash.
export const heldKey = (strategy: string, role: string): string => `${strategy}/${role}`

export function foldListing(market: KnownMarket, listing: Listing): void {
  const isNew = !market.listings.has(listing.instrument)
  market.listings.set(listing.instrument, listing)
  if (!isNew || listing.kind !== 'option' || listing.underlying === undefined) return
  const chain = market.chains.get(listing.underlying)
  if (chain) chain.push(listing.instrument)
  else market.chains.set(listing.underlying, [listing.instrument])
}

export function foldMarketPrice(market: KnownMarket, event: PriceEvent): void {
  foldPrice(market.prices, event)
  if (event.topic !== 'md.option.tick' || event.payload.underlyingPrice === undefined) return
  const underlying = market.listings.get(event.payload.instrument)?.underlying
  if (underlying !== undefined) market.underlyingPrices.set(underlying, event.payload.underlyingPrice)
}

/** The price that options are measured against. [S2] */
export const spotOf = (market: KnownMarket, underlying: string): string | null =>
  newestPrice(market.prices, underlying) ?? market.underlyingPrices.get(underlying) ?? null

export const marketToJson = (market: KnownMarket) => ({
  config: market.config,
  listings: [...market.listings],
  chains: [...market.chains].map(([underlying, chain]) => [underlying, [...chain]] as [string, string[]]),
  prices: [...market.prices],
  underlyingPrices: [...market.underlyingPrices],
  held: [...market.held],
})

export function marketFromJson(json: unknown): KnownMarket {
  const market = json as ReturnType<typeof marketToJson>
  return {
    config: market.config,
    listings: new Map(market.listings),
    chains: new Map(market.chains),
    prices: new Map(market.prices),
    underlyingPrices: new Map(market.underlyingPrices),
    held: new Map(market.held),
  }
}
