import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { Account, Wish } from './account.ts'
import type { BrokenLimit, Proposal } from './proposal.ts'
import { countInMinute } from './rate-window.ts'
import { strategyLimit } from './risk-config.ts'

/** How many orders work, and how many were approved within the last minute, this one included. [R11] [R30] */
export function brokenRate(account: Account, { strategy }: Proposal): BrokenLimit | null {
  const { config, now, approvedAt, orders, strategies } = account
  const { maxOrdersPerMinute, maxWorkingOrders } = config.limits
  const ofStrategy = strategyLimit(config, strategy, 'maxStrategyOrdersPerMinute')
  const own = strategies.get(strategy)?.approvedAt
  return (
    more('ORDER_RATE_EXCEEDS_MAX', () => countInMinute(approvedAt, now), maxOrdersPerMinute) ??
    more('STRATEGY_ORDER_RATE_EXCEEDS_MAX', () => (own ? countInMinute(own, now) : 0), ofStrategy) ??
    more('WORKING_ORDERS_EXCEED_MAX', () => orders.working.size, maxWorkingOrders)
  )
}

/** An order that only closes has a rate of its own: the same number, counted among its like. One at the market that closes all of a position always passes. [R11] */
export const brokenCloseRate = ({ config, closedAt, now }: Account): BrokenLimit | null =>
  more('ORDER_RATE_EXCEEDS_MAX', () => countInMinute(closedAt, now), config.limits.maxOrdersPerMinute)

/** A wish that would cancel orders at work, beyond the rate of cancels; to be flat at the market is never beyond it. [R31] */
export const brokenCancelRate = ({ config, canceledAt, now }: Account, wish: Wish): BrokenLimit | null =>
  parseExact(wish.target).units === 0n && wish.orderType === 'market'
    ? null
    : more('CANCEL_RATE_EXCEEDS_MAX', () => countInMinute(canceledAt, now), config.limits.maxCancelsPerMinute)

function more(code: BrokenLimit['code'], found: () => number, limit: number | undefined): BrokenLimit | null {
  if (limit === undefined) return null
  const count = found() + 1
  return count > limit ? { code, value: String(count), limit: String(limit) } : null
}
