import { absExact } from '#lib/domain/signed-decimal.ts'
import type { Statement } from '#schemas/event.ts'
import type { Account } from './account.ts'
import { inWholeLots } from './listing.ts'
import { exactText } from './proposal.ts'

/** Leave to close every position that has nothing at work, at the market. `cause` stands in for the intent. [R36] */
export function flattenNow(account: Account, cause: string): Statement<'risk.approved'>[] {
  const { books, config, now } = account
  const idle = [...books.byKey].filter(([, { orders }]) => orders.size === 0)
  return idle
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { strategy, instrument, position }]) => {
      return { strategy, instrument, position: inWholeLots(account, instrument, position, position) }
    })
    .filter(({ position }) => position.units !== 0n)
    .map(({ strategy, instrument, position }) => ({
      topic: 'risk.approved',
      payload: {
        intent: cause,
        strategy,
        instrument,
        side: position.units > 0n ? 'sell' : 'buy',
        quantity: exactText(absExact(position)),
        orderType: 'market',
        // Which every venue keeps, whatever orders have else.
        timeInForce: 'GTC',
        expiresAt: now + config.approvalTtlMs * 1_000,
      },
    }))
}
