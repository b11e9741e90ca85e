import { compareExact, type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { newYorkCloseMs } from '#lib/chain/new-york-close.ts'
import { type OptionRight, strikesBelow } from '#lib/chain/strike-ladder.ts'
import { offsetEast } from '#lib/time/time-zone.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

export type Listing = PayloadOf<'md.instrument'>

/** The options of one expiry and right: strikes ascending, and the listings at each, by instrument id. */
export type Rungs = { readonly strikes: ExactDecimal[]; readonly listings: Listing[][] }

/** What is listed on one underlying. */
export type OptionChain = {
  /** Ascending. */
  readonly expiries: string[]
  /** By expiry and right. */
  readonly rungs: Map<string, Rungs>
}

export const emptyChain = (): OptionChain => ({ expiries: [], rungs: new Map() })

/** Adds an option, or puts its newer listing in the place of the old one. */
export function addToChain(chain: OptionChain, listing: Listing): void {
  const { expiry, strike, right } = listing
  if (expiry === undefined || strike === undefined || right === undefined) return
  if (!chain.expiries.includes(expiry)) chain.expiries.splice(lowerBound(chain.expiries, expiry), 0, expiry)
  const key = rungsKey(expiry, right)
  const rungs = chain.rungs.get(key) ?? { strikes: [], listings: [] }
  chain.rungs.set(key, rungs)
  const exact = parseExact(strike)
  const at = strikesBelow(rungs.strikes, exact)
  const here = rungs.strikes[at]
  if (here === undefined || compareExact(here, exact) !== 0) {
    rungs.strikes.splice(at, 0, exact)
    rungs.listings.splice(at, 0, [listing])
    return
  }
  const same = rungs.listings[at] as Listing[]
  const old = same.findIndex(({ instrument }) => instrument === listing.instrument)
  if (old >= 0) same[old] = listing
  else same.splice(same.filter(({ instrument }) => instrument < listing.instrument).length, 0, listing)
}

/** What can still be traded of an expiry and right: of options of one strike that with the smaller id. [S4] */
export function livingRungs(
  chain: OptionChain,
  expiry: string,
  right: OptionRight,
  now: number,
  calendar: OptionCalendar,
): { readonly strikes: ExactDecimal[]; readonly listings: Listing[] } {
  const living: { strikes: ExactDecimal[]; listings: Listing[] } = { strikes: [], listings: [] }
  const rungs = chain.rungs.get(rungsKey(expiry, right))
  rungs?.listings.forEach((same, i) => {
    const listing = same.find((one) => !isExpired(one, now, calendar))
    if (listing === undefined) return
    living.strikes.push(rungs.strikes[i] as ExactDecimal)
    living.listings.push(listing)
  })
  return living
}

/** Whose days and closes count: those of New York, or of UTC. */
export type OptionCalendar = 'us' | 'coin'

export const isExpired = (listing: Listing, now: number, calendar: OptionCalendar): boolean =>
  (listing.expiry ?? listing.expiresAt) !== undefined && now >= expiryOf(listing, calendar)

/** When an option ends, microseconds UTC: where its listing does not say so, US options at the close in New York, those on coins at 08:00 UTC. [S4] */
export function expiryOf({ expiresAt, expiry = '' }: Listing, calendar: OptionCalendar): number {
  if (expiresAt !== undefined) return expiresAt
  return 1_000 * (calendar === 'us' ? newYorkCloseMs(expiry) : Date.parse(`${expiry}T08:00:00Z`))
}

/** The day of an instant in microseconds, where the options trade. */
export const dayOf = (at: number, calendar: OptionCalendar): number =>
  Math.floor((at + (calendar === 'us' ? 1_000 * offsetEast('America/New_York', at / 1_000) : 0)) / 86_400_000_000)

const rungsKey = (expiry: string, right: OptionRight): string => `${expiry}/${right}`

function lowerBound(sorted: readonly string[], text: string): number {
  const at = sorted.findIndex((one) => one > text)
  return at < 0 ? sorted.length : at
}
