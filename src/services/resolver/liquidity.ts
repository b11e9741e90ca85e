import { middleOfSides, type Sides, spreadPercent } from '#lib/chain/quote-volatility.ts'
import type { OptionQuote } from './option-quote.ts'
import type { Liquidity } from './resolver-config.ts'
import type { Fault } from './size-target.ts'

/** The sides of a quote as doubles: ratios are reckoned with them, never prices. */
export const sidesOf = (quote: OptionQuote | undefined): Sides => ({
  bid: quote?.bid == null ? null : Number(quote.bid),
  ask: quote?.ask == null ? null : Number(quote.ask),
})

/** The first limit that an option breaks, with what it has; null when it can be traded. `now` in microseconds UTC. [S12] */
export function illiquidity(
  limits: Liquidity | undefined,
  instrument: string,
  quote: OptionQuote | undefined,
  side: 'buy' | 'sell',
  now: number,
): Fault | null {
  if (limits === undefined) return null
  const { maxSpreadPct, minOpenInterest, minVolume, maxQuoteAgeMs, minSizeAtTouch } = limits
  const broken = (code: Fault['code'], value: number | string, limit: number | string): Fault => ({
    code,
    value: `${instrument} ${value}`.slice(0, 96),
    limit: String(limit),
  })
  if (maxQuoteAgeMs !== undefined) {
    if (quote === undefined) return { code: 'NO_QUOTE', value: instrument }
    const ageMs = (now - quote.at) / 1_000
    if (ageMs > maxQuoteAgeMs) return broken('QUOTE_TOO_OLD', ageMs, maxQuoteAgeMs)
  }
  if (maxSpreadPct !== undefined) {
    const sides = sidesOf(quote)
    if (middleOfSides(sides) === null) return { code: 'NO_QUOTE', value: instrument }
    const spread = spreadPercent(sides) as number
    if (spread > maxSpreadPct) return broken('SPREAD_TOO_WIDE', spread, maxSpreadPct)
  }
  const openInterest = Number(quote?.openInterest ?? 0)
  if (minOpenInterest !== undefined && openInterest < minOpenInterest)
    return broken('OPEN_INTEREST_TOO_LOW', openInterest, minOpenInterest)
  const volume = Number(quote?.volume ?? 0)
  if (minVolume !== undefined && volume < minVolume) return broken('VOLUME_TOO_LOW', volume, minVolume)
  const size = Number((side === 'buy' ? quote?.askSize : quote?.bidSize) ?? 0)
  return minSizeAtTouch !== undefined && size < minSizeAtTouch ? broken('SIZE_TOO_SMALL', size, minSizeAtTouch) : null
}
