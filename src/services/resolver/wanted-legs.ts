import { dayOfDate } from '#lib/chain/calendar-day.ts'
import { type Held, type KnownMarket, wishOf } from './known-market.ts'
import { dayOf, isExpired, type Listing } from './option-chain.ts'
import { type OptionLeg, pickOption } from './pick-option.ts'
import type { Intent } from './resolve-intent.ts'
import { type Mapping, OptionPolicy } from './resolver-config.ts'
import type { Fault } from './size-target.ts'

export type WantedLeg = { readonly listing: Listing; readonly side: 'buy' | 'sell'; readonly ratio: number }
/** A fault of a wish of several legs says which leg, from 1. */
export type LegFault = Fault & { readonly leg?: number }

/** The instruments that a wish to be long or short means, all of them, or why not. [S3]-[S5] */
export function wantedLegs(
  market: KnownMarket,
  intent: Intent,
  { to }: Mapping,
  held: Held | undefined,
): readonly WantedLeg[] | LegFault {
  const { target, wish } = intent.payload
  if (to.kind === 'instrument' && wish === undefined) {
    const listing = market.listings.get(to.instrument)
    if (listing === undefined) return { code: 'INSTRUMENT_UNKNOWN', value: to.instrument }
    return [{ listing, side: target === 'long' ? 'buy' : 'sell', ratio: 1 }]
  }
  const policy = to.kind === 'option' ? to : OptionPolicy.parse({ underlying: to.instrument })
  const legs = wish === undefined ? [atTheMoney(target === 'long' ? 'call' : 'put')] : wish.legs
  const kept = keptLegs(market, intent, policy, legs, held)
  const wanted: WantedLeg[] = []
  for (const [i, leg] of legs.entries()) {
    const { side, ratio } = leg
    const listing = kept?.[i] ?? pickOption({ market, policy, now: intent.at, side }, leg)
    const place = legs.length > 1 ? { leg: i + 1 } : {}
    if ('code' in listing) return { ...listing, ...place }
    if (wanted.some((other) => other.listing.instrument === listing.instrument))
      return { code: 'LEGS_COLLIDE', value: listing.instrument, ...place }
    wanted.push({ listing, side, ratio })
  }
  return wanted
}

/** Is what is held of an option still far enough from its expiry to be kept? */
export function isKeepable(
  listing: Listing | undefined,
  { underlying, rollDays, calendar }: OptionPolicy,
  now: number,
): boolean {
  if (listing?.underlying !== underlying || isExpired(listing, now, calendar)) return false
  return (
    rollDays === 0 || (listing.expiry !== undefined && dayOfDate(listing.expiry) - dayOf(now, calendar) >= rollDays)
  )
}

/** The same wish again keeps its options, all of them or none. [S5] */
function keptLegs(
  { listings }: KnownMarket,
  { at, payload }: Intent,
  policy: OptionPolicy,
  legs: readonly OptionLeg[],
  held: Held | undefined,
): readonly Listing[] | null {
  if (held === undefined || held.wish !== wishOf(payload) || held.legs.length !== legs.length) return null
  const listed = held.legs.map(({ instrument }) => listings.get(instrument))
  const isSame = listed.every((one, i) => isKeepable(one, policy, at) && one?.right === legs[i]?.right)
  return isSame ? (listed as Listing[]) : null
}

const atTheMoney = (right: 'call' | 'put'): OptionLeg => ({
  right,
  side: 'buy',
  ratio: 1,
  strike: { by: 'atm', offset: 0 },
  expiry: { by: 'nearest' },
})
