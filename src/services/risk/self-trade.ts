import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { touchPrice } from '#lib/domain/newest-price.ts'
import type { Account } from './account.ts'
import type { BrokenLimit, Priced } from './proposal.ts'

/** An order that could meet a resting order of ours on the other side: at its limit, or without one at the touch. [R29] */
export function selfTrade({ config, books, prices }: Account, order: Priced): BrokenLimit | null {
  if (config.selfTrade === 'allow') return null
  const { instrument, side, limitPrice, stopPrice } = order
  // What has a price has a touch.
  const reach = parseExact(limitPrice ?? stopPrice ?? (touchPrice(prices, instrument, side) as string))
  for (const book of books.byInstrument.get(instrument) ?? []) {
    if ((side === 'buy' ? book.sells : book.buys).units === 0n) continue
    for (const { side: restingSide, limitPrice: resting, clientOrderId } of book.orders.values()) {
      if (restingSide === side || resting === undefined) continue
      const distance = compareExact(reach, parseExact(resting))
      if (side === 'buy' ? distance >= 0 : distance <= 0)
        return { code: 'SELF_TRADE', value: clientOrderId, limit: resting }
    }
  }
  return null
}
