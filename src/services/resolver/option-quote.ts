import type { NewestPrices } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** The newest quote of an option; what a quote does not say of open interest, volume and delta stays as it was said last. */
export type OptionQuote = {
  readonly at: number
  readonly bid: string | null
  readonly bidSize: string | null
  readonly ask: string | null
  readonly askSize: string | null
  readonly openInterest?: string
  readonly volume?: string
  /** As the venue reckons it. */
  readonly delta?: number
}

export function foldOptionTick(quotes: Map<string, OptionQuote>, { at, payload }: Event<'md.option.tick'>): void {
  const { instrument, bid, bidSize, ask, askSize } = payload
  const before = quotes.get(instrument)
  const openInterest = payload.openInterest ?? before?.openInterest
  const volume = payload.volume ?? before?.volume
  const delta = payload.delta ?? before?.delta
  quotes.set(instrument, { at, bid, bidSize, ask, askSize, openInterest, volume, delta })
}

/** A snapshot is a quote of every contract in it. */
export function foldChainSnapshot(
  quotes: Map<string, OptionQuote>,
  prices: NewestPrices,
  at: number,
  { contracts }: PayloadOf<'md.option.chain.snapshot'>,
): void {
  for (const { instrument, bid, bidSize, ask, askSize } of contracts) {
    const { openInterest, volume, delta } = quotes.get(instrument) ?? {}
    quotes.set(instrument, { at, bid, bidSize, ask, askSize, openInterest, volume, delta })
    if (bid !== null && ask !== null) prices.set(instrument, [bid, ask])
  }
}
