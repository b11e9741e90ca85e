import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { newestPrice } from '#lib/domain/newest-price.ts'
import { absExact, maxExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Account, Wish } from './account.ts'
import { type Proposal, worstCases } from './worst-case.ts'

/** The number that was found and the limit that it broke. */
export type BrokenLimit = Pick<PayloadOf<'risk.rejected'>, 'code' | 'value' | 'limit'>

/** The first rule that an order which adds exposure would break; null when it breaks none. [R13] */
export function brokenLimit(account: Account, proposal: Proposal, limitPrice: Wish['limitPrice']): BrokenLimit | null {
  const { instrument } = proposal
  const { currency } = account.config
  if (account.halted !== null) return { code: 'HALTED', value: account.halted }
  const terms = account.instruments.get(instrument)
  if (!terms) return { code: 'INSTRUMENT_UNKNOWN', value: instrument }
  if (terms.currency !== currency) return { code: 'CURRENCY_MISMATCH', value: terms.currency, limit: currency }
  const price = newestPrice(account.prices, instrument)
  if (price === null) return { code: 'NO_PRICE', value: instrument }
  return (
    brokenPosition(account, proposal) ??
    brokenNotional(account, proposal, terms.multiplier, limitPrice === undefined ? [price] : [price, limitPrice]) ??
    brokenExposure(account, proposal) ??
    brokenRate(account)
  )
}

/** Times of approvals that count against the rate now: less than a minute old. [R11] */
export const withinMinute = (at: number, now: number): boolean => at > now - 60_000_000

function brokenPosition(account: Account, proposal: Proposal): BrokenLimit | null {
  const { maxPosition } = account.config.limits
  if (maxPosition === undefined) return null
  const worst = worstCases(account, proposal).get(proposal.instrument) ?? zero
  return beyond('POSITION_EXCEEDS_MAX', worst, maxPosition)
}

function brokenNotional(
  account: Account,
  { quantity }: Proposal,
  multiplier: string,
  prices: readonly string[],
): BrokenLimit | null {
  const { maxOrderNotional } = account.config.limits
  if (maxOrderNotional === undefined) return null
  const dearest = prices.map((price) => absExact(parseExact(price))).reduce(maxExact)
  const notional = multiplyExact(multiplyExact(quantity, dearest), parseExact(multiplier))
  return beyond('NOTIONAL_EXCEEDS_MAX_PER_ORDER', notional, maxOrderNotional)
}

function brokenExposure(account: Account, proposal: Proposal): BrokenLimit | null {
  const { maxGrossExposure } = account.config.limits
  if (maxGrossExposure === undefined) return null
  let exposure = zero
  for (const [instrument, worst] of worstCases(account, proposal)) {
    const price = newestPrice(account.prices, instrument)
    const terms = account.instruments.get(instrument)
    // A position that came of an unknown order can be in what nothing is known of: then the exposure is not known either.
    if (price === null || terms === undefined) return { code: 'NO_PRICE', value: instrument }
    const notional = multiplyExact(multiplyExact(worst, absExact(parseExact(price))), parseExact(terms.multiplier))
    exposure = addExact(exposure, notional)
  }
  return beyond('EXPOSURE_EXCEEDS_MAX', exposure, maxGrossExposure)
}

function brokenRate({ approvedAt, now, config }: Account): BrokenLimit | null {
  const limit = config.limits.maxOrdersPerMinute
  if (limit === undefined) return null
  const orders = 1 + approvedAt.filter((at) => withinMinute(at, now)).length
  return orders > limit ? { code: 'ORDER_RATE_EXCEEDS_MAX', value: String(orders), limit: String(limit) } : null
}

const beyond = (code: BrokenLimit['code'], found: ExactDecimal, limit: string): BrokenLimit | null =>
  compareExact(found, parseExact(limit)) > 0 ? { code, value: formatExact(found), limit } : null
