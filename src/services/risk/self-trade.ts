import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Account } from './account.ts'
import type { BrokenLimit, Priced } from './proposal.ts'

/** An order that could meet a resting order of ours on the other side: at its limit, or without one at the newest price. [R29] */
export function selfTrade({ config, books }: Account, order: Priced): BrokenLimit | null {
  if (config.selfTrade === 'allow') return null
  const { instrument, side, limitPrice, stopPrice, price } = order
  const stated = limitPrice ?? stopPrice
  const reach = stated === undefined ? price : parseExact(stated)
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
