import { addExact, type ExactDecimal, formatExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { isOfCycle } from '#lib/chain/expiry-cycle.ts'
import { expiryBetween, nearestExpiry } from '#lib/chain/pick-expiry.ts'
import { middleOfSides, quoteVolatility, type Sides } from '#lib/chain/quote-volatility.ts'
import * as ladder from '#lib/chain/strike-ladder.ts'
import { exactOfDouble } from '#lib/domain/decimal.ts'
import { absExact, subtractExact } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type KnownMarket, spotOf } from './known-market.ts'
import { illiquidity, sidesOf } from './liquidity.ts'
import { dayOf, expiryOf, type Listing, livingRungs } from './option-chain.ts'
import type { OptionQuote } from './option-quote.ts'
import type { OptionPolicy } from './resolver-config.ts'
import type { Fault } from './size-target.ts'

export type OptionLeg = NonNullable<PayloadOf<'strategy.intent'>['wish']>['legs'][number]

/** Where an option is looked for. `now` in microseconds UTC. */
export type Search = {
  readonly market: KnownMarket
  readonly policy: OptionPolicy
  readonly now: number
  readonly side: 'buy' | 'sell'
}

/** The options of the expiry that was picked, and what they are measured against. */
type Rungs = { readonly spot: string; readonly strikes: readonly ExactDecimal[]; readonly listings: readonly Listing[] }

/** The listed option that a leg means, or why there is none: first the expiry, then the strike by the price of that expiry. [S2] [S4] [S12] */
export function pickOption(search: Search, leg: OptionLeg): Listing | Fault {
  const { market, policy, now, side } = search
  const rungs = rungsOf(search, leg)
  if ('code' in rungs) return rungs
  const index = strikeIndex(search, leg, rungs)
  if (typeof index !== 'number') return index
  const listing = rungs.listings[index] as Listing
  const { instrument } = listing
  return illiquidity(policy.liquidity, instrument, market.quotes.get(instrument), side, now) ?? listing
}

/** What is listed of the right at the expiry that is wished for. */
function rungsOf({ market, policy, now }: Search, { right, expiry }: OptionLeg): Rungs | Fault {
  const { underlying, minDaysToExpiry, rollDays, calendar } = policy
  const chain = market.chains.get(underlying)
  const living = (chain?.expiries ?? []).filter(
    (date) => chain !== undefined && livingRungs(chain, date, right, now, calendar).strikes.length > 0,
  )
  const today = dayOf(now, calendar)
  const afterDays = Math.max(minDaysToExpiry, rollDays, expiry.by === 'nearest' ? (expiry.afterDays ?? 0) : expiry.min)
  const cycle = expiry.by === 'nearest' ? expiry.cycle : undefined
  const ofCycle = cycle === undefined ? living : living.filter((date) => isOfCycle(date, cycle, calendar))
  const found =
    expiry.by === 'nearest'
      ? nearestExpiry(ofCycle, today, afterDays)
      : expiryBetween(living, today, afterDays, expiry.max)
  if (found !== null && chain !== undefined) {
    const spot = spotOf(market, underlying, found)?.price
    if (spot === undefined) return { code: 'NO_PRICE', value: underlying }
    return { spot, ...livingRungs(chain, found, right, now, calendar) }
  }
  const limit = expiry.by === 'nearest' ? [afterDays, cycle] : [`${afterDays}-${expiry.max}`]
  return {
    code: 'NO_LISTED_OPTION',
    value: `${underlying} ${right}`.slice(0, 96),
    limit: limit.filter((part) => part !== undefined).join(' '),
  }
}

function strikeIndex(search: Search, { right, strike }: OptionLeg, rungs: Rungs): number | Fault {
  const { strikes } = rungs
  const spot = parseExact(rungs.spot)
  const orNone = (index: number | null, wanted: string): number | Fault =>
    index ?? { code: 'NO_LISTED_STRIKE', value: `${search.policy.underlying} ${right}`.slice(0, 96), limit: wanted }
  switch (strike.by) {
    case 'atm':
      return orNone(ladder.stepsFromMoney(strikes, right, spot, strike.offset), `atm ${strike.offset}`)
    case 'otm':
      return orNone(ladder.nthOutOfMoney(strikes, right, spot, strike.steps), `otm ${strike.steps}`)
    case 'itm':
      return orNone(ladder.nthInMoney(strikes, right, spot, strike.steps), `itm ${strike.steps}`)
    case 'moneyness':
      return orNone(
        ladder.nearestStrike(strikes, multiplyExact(spot, exactOfDouble(strike.ratio))),
        `x ${strike.ratio}`,
      )
    case 'offset': {
      const money = ladder.nearestStrike(strikes, spot)
      const wanted = addExact(strikes[money ?? 0] as ExactDecimal, parseExact(strike.points))
      return orNone(ladder.exactStrike(strikes, wanted), formatExact(wanted).slice(0, 96))
    }
    case 'delta':
      return nearestLiquid(search, rungs, strike.delta, `delta ${strike.delta}`, (listing) =>
        deltaOf(search, rungs.spot, listing),
      )
    case 'premium':
      return nearestLiquid(search, rungs, 0, `premium ${strike.price}`, ({ instrument }) =>
        distanceFromMiddle(search.market.quotes.get(instrument), strike.price),
      )
  }
}

/** Of those that are liquid and have the number, the one nearest to the target. */
function nearestLiquid(
  { market, policy, now, side }: Search,
  { listings }: Rungs,
  target: number,
  wanted: string,
  numberOf: (listing: Listing) => number | null,
): number | Fault {
  const numbers = listings.map((listing) => {
    const quote = market.quotes.get(listing.instrument)
    return illiquidity(policy.liquidity, listing.instrument, quote, side, now) === null ? numberOf(listing) : null
  })
  const value = `${policy.underlying}: none of ${listings.length}`.slice(0, 96)
  return ladder.nearestNumber(numbers, target) ?? { code: 'NO_LIQUID_OPTION', value, limit: wanted.slice(0, 96) }
}

/** Without its sign: the venue's, or else the one that the middle implies; null where neither can be had. [S13] */
function deltaOf({ market, policy, now }: Search, spot: string, listing: Listing): number | null {
  const quote = market.quotes.get(listing.instrument)
  if (quote?.delta !== undefined) return Math.abs(quote.delta)
  const years = (expiryOf(listing, policy.calendar) - now) / (365 * 86_400_000_000)
  if (!(years > 0)) return null
  const right = listing.right as 'call' | 'put'
  const terms = { right, spot: Number(spot), strike: Number(listing.strike), years }
  const found = listing.isInverse
    ? quoteVolatility({ ...terms, rate: 0, yield: 0 }, inStrikeCurrency(sidesOf(quote), terms.spot))
    : quoteVolatility({ ...terms, rate: policy.rate, yield: policy.yield }, sidesOf(quote))
  return found.status === 'ok' ? Math.abs(found.delta) : null
}

const inStrikeCurrency = ({ bid, ask }: Sides, spot: number): Sides => ({
  bid: bid === null ? null : bid * spot,
  ask: ask === null ? null : ask * spot,
})

/** Twice the distance of a price from the middle; exact, so that ties are ties. Null without a middle. */
function distanceFromMiddle(quote: OptionQuote | undefined, price: string): number | null {
  if (middleOfSides(sidesOf(quote)) === null) return null
  const twice = addExact(parseExact(quote?.bid as string), parseExact(quote?.ask as string))
  const wanted = parseExact(price)
  return Number(formatExact(absExact(subtractExact(twice, addExact(wanted, wanted)))))
}
