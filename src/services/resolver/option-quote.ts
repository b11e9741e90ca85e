import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { KnownMarket } from './known-market.ts'

/** The newest quote of an option; what it does not say of open interest and volume stays as it was said last. [S12] */
export type OptionQuote = {
  readonly at: number
  readonly bid: string | null
  readonly bidSize: string | null
  readonly ask: string | null
  readonly askSize: string | null
  readonly openInterest?: string
  readonly volume?: string
  /** As the venue reckons it, for this quote. [S13] */
  readonly delta?: number
}

export function foldOptionTick(quotes: Map<string, OptionQuote>, { at, payload }: Event<'md.option.tick'>): void {
  const { instrument, bid, bidSize, ask, askSize } = payload
  const before = quotes.get(instrument)
  const openInterest = payload.openInterest ?? before?.openInterest
  const volume = payload.volume ?? before?.volume
  quotes.set(instrument, { at, bid, bidSize, ask, askSize, openInterest, volume, delta: payload.delta })
}

/** A snapshot is a quote of every contract in it; where it repeats the one before, the delta is still of it. [S2] [S13] */
export function foldChainSnapshot(
  { quotes, prices, pricedAt }: KnownMarket,
  at: number,
  { contracts }: PayloadOf<'md.option.chain.snapshot'>,
): void {
  for (const { instrument, bid, bidSize, ask, askSize, isStale, isUnheard } of contracts) {
    if (isStale === true || isUnheard === true) continue
    const before = quotes.get(instrument)
    const { openInterest, volume } = before ?? {}
    const delta = before?.bid === bid && before.ask === ask ? before.delta : undefined
    quotes.set(instrument, { at, bid, bidSize, ask, askSize, openInterest, volume, delta })
    if (bid === null || ask === null) continue
    prices.set(instrument, [bid, ask])
    pricedAt.set(instrument, at)
  }
}
