import { parseExact } from '#lib/bars/exact-decimal.ts'
import { rateOf } from '#lib/domain/conversion.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import type { Account } from './account.ts'
import { brokenExposure } from './broken-exposure.ts'
import { brokenMargin } from './broken-margin.ts'
import { brokenOrder } from './broken-order.ts'
import { brokenRate } from './broken-rate.ts'
import { sharedProtection } from './exits.ts'
import { downFeedOf } from './feeds.ts'
import { haltOf } from './halted-wishes.ts'
import { hasExpired } from './listing.ts'
import { type BrokenLimit, exactText, type Priced, type Proposal } from './proposal.ts'
import { selfTrade } from './self-trade.ts'
import { propose } from './settle-sums.ts'

/** The first rule that an order which adds exposure would break; null when it breaks none. [R13] */
export function brokenLimit(account: Account, proposal: Proposal): BrokenLimit | null {
  const { config, now } = account
  const { instrument, strategy, wishedAt } = proposal
  const halted = haltOf(account, proposal)
  if (halted !== null) return halted
  if (config.strategies[strategy]?.isReduceOnly) return { code: 'REDUCE_ONLY', value: strategy }
  const listing = account.instruments.get(instrument)
  if (!listing) return { code: 'INSTRUMENT_UNKNOWN', value: instrument }
  if (rateOf(account, listing.currency) === null)
    return { code: 'CURRENCY_MISMATCH', value: listing.currency, limit: config.currency }
  if (config.instruments[instrument]?.isTradable === false || listing.kind === 'index')
    return { code: 'INSTRUMENT_NOT_TRADABLE', value: instrument }
  if (listing.multiplier.units <= 0n)
    return { code: 'INSTRUMENT_NOT_TRADABLE', value: exactText(listing.multiplier), limit: 'multiplier' }
  // What it is paid with is no price: it needs margin.
  if (listing.isInverse && config.margin?.kind === 'cash')
    return { code: 'INSTRUMENT_NOT_TRADABLE', value: instrument, limit: 'inverse' }
  if (hasExpired(listing, now))
    return { code: 'INSTRUMENT_NOT_TRADABLE', value: String(now), limit: String(listing.expiresAt) }
  const price = newestPrice(account.prices, instrument)
  // At zero no limit in money would limit.
  if (price === null || parseExact(price).units === 0n) return { code: 'NO_PRICE', value: instrument }
  const downFeed = downFeedOf(account)
  if (downFeed !== null) return { code: 'FEED_DOWN', value: downFeed }
  const { maxIntentAgeMs } = config.limits
  if (maxIntentAgeMs !== undefined && now - wishedAt > maxIntentAgeMs * 1_000)
    return { code: 'INTENT_STALE', value: String((now - wishedAt) / 1_000), limit: String(maxIntentAgeMs) }
  const priced: Priced = { ...proposal, listing, price: parseExact(price), sums: propose(account, proposal) }
  return (
    sharedProtection(account, proposal) ??
    brokenOrder(account, priced) ??
    brokenExposure(account, priced) ??
    brokenMargin(account, priced) ??
    selfTrade(account, priced) ??
    brokenRate(account, priced)
  )
}
