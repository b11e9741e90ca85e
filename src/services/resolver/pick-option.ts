import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import type { KnownMarket, Listing } from './known-market.ts'

export type OptionRight = 'call' | 'put'

/**
 * The option at the money: of the nearest expiry that is far enough away, the strike next to the spot. Null when none is
 * listed. `now` in microseconds UTC. [S4]
 */
export function pickOption(
  { chains, listings }: KnownMarket,
  underlying: string,
  right: OptionRight,
  minDaysToExpiry: number,
  spot: string,
  now: number,
): string | null {
  let best: Candidate | null = null
  for (const instrument of chains.get(underlying) ?? []) {
    const candidate = candidateOf(listings.get(instrument), right, spot)
    if (!candidate || isExpired(candidate.listing, now)) continue
    if (candidate.day - dayOf(now) < minDaysToExpiry) continue
    if (best === null || isNearer(candidate, best)) best = candidate
  }
  return best === null ? null : best.listing.instrument
}

/** At `expiresAt`, or where that is not stated, once the day of expiry (UTC) is over. */
export function isExpired({ expiresAt, expiry }: Listing, now: number): boolean {
  if (expiresAt !== undefined) return now >= expiresAt
  return expiry !== undefined && dayOfDate(expiry) < dayOf(now)
}

type Candidate = {
  readonly listing: Listing
  readonly day: number
  readonly strike: ReturnType<typeof parseExact>
  readonly distance: ReturnType<typeof parseExact>
}

function candidateOf(listing: Listing | undefined, right: OptionRight, spot: string): Candidate | null {
  if (listing?.right !== right || listing.expiry === undefined || listing.strike === undefined) return null
  const strike = parseExact(listing.strike)
  const distance = absExact(subtractExact(strike, parseExact(spot)))
  return { listing, day: dayOfDate(listing.expiry), strike, distance }
}

function isNearer(a: Candidate, b: Candidate): boolean {
  const order = a.day - b.day || compareExact(a.distance, b.distance) || compareExact(a.strike, b.strike)
  return order === 0 ? a.listing.instrument < b.listing.instrument : order < 0
}

const dayMicros = 86_400_000_000

const dayOf = (at: number): number => Math.floor(at / dayMicros)

/** Days from 1970-01-01 to a date `YYYY-MM-DD`. */
const dayOfDate = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / 86_400_000
