import { absExact } from '#lib/domain/signed-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { exactText } from './proposal.ts'

/** Leave to close every position that has nothing at work, at the market. `cause` stands in for the intent. [R36] */
export function flattenNow({ books, config, now }: Account, cause: string): Statement<'risk.approved'>[] {
  const open = [...books.byKey].filter(([, { position, orders }]) => position.units !== 0n && orders.size === 0)
  return open
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { strategy, instrument, position }]) => ({
      topic: 'risk.approved',
      payload: {
        intent: cause,
        strategy,
        instrument,
        side: position.units > 0n ? 'sell' : 'buy',
        quantity: exactText(absExact(position)),
        orderType: 'market',
        timeInForce: config.timeInForce,
        expiresAt: now + config.approvalTtlMs * 1_000,
      },
    }))
}
