import { compareExact, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { touchPrice } from '#lib/domain/newest-price.ts'
import type { Account } from './account.ts'
import type { BrokenLimit, Proposal } from './proposal.ts'
import { bestResting } from './resting.ts'

/** An order that could meet a resting order of ours on the other side: at its limit, or without one at the touch. [R29] */
export function selfTrade({ config, books, prices }: Account, order: Proposal): BrokenLimit | null {
  if (config.selfTrade === 'allow') return null
  const { instrument, side, limitPrice, stopPrice } = order
  const best = bestResting(books.resting, instrument, side === 'buy' ? 'sell' : 'buy')
  if (best === undefined) return null
  const reach = limitPrice ?? stopPrice ?? touchPrice(prices, instrument, side)
  if (reach === null) return null
  const distance = compareExact(parseExact(reach), best.price)
  const isMet = side === 'buy' ? distance >= 0 : distance <= 0
  return isMet ? { code: 'SELF_TRADE', value: best.clientOrderId, limit: formatExact(best.price) } : null
}
