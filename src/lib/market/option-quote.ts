import type { PayloadOf } from '#schemas/catalogue.ts'
import { centsText, type SimulatedOption } from './simulated-listing.ts'

/**
 * What the built-in market quotes for an option when its underlying stands at `spotTicks`. Value = intrinsic + time value, with
 * time value = 0.4 w / (1 + (distance / w)^2), w = volatility * spot * sqrt(years), volatility 20 %, interest 0: at the money this is
 * Brenner and Subrahmanyam's approximation (1988), and call - put = spot - strike. The spread is a tick and a percent of the value to each
 * side; a bid below a tick is absent. Only + - * / and sqrt, which IEEE 754 rounds the same everywhere. Null once the option has expired.
 */
export function optionQuote(
  { listing, strikeTicks, isCall, expiresAt }: SimulatedOption,
  spotTicks: number,
  at: number,
  sizes: { readonly bid: number; readonly ask: number },
): PayloadOf<'md.option.tick'> | null {
  if (at >= expiresAt) return null
  const value = optionValueTicks(spotTicks, strikeTicks, isCall, (expiresAt - at) / yearUs)
  const half = 1 + value * 0.01
  const bid = Math.floor(value - half)
  const ask = Math.ceil(value + half)
  return {
    instrument: listing.instrument,
    bid: bid > 0 ? centsText(bid) : null,
    bidSize: bid > 0 ? String(sizes.bid) : null,
    ask: centsText(ask),
    askSize: String(sizes.ask),
    underlyingPrice: centsText(spotTicks),
  }
}

/** The value in ticks, not rounded. */
export function optionValueTicks(spotTicks: number, strikeTicks: number, isCall: boolean, years: number): number {
  const distance = spotTicks - strikeTicks
  const intrinsic = Math.max(0, isCall ? distance : -distance)
  const width = volatility * spotTicks * Math.sqrt(years)
  const away = distance / width
  return intrinsic + (0.4 * width) / (1 + away * away)
}

const volatility = 0.2
const yearUs = 365 * 86_400_000_000
