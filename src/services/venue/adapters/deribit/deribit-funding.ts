import type { Answer, VenuePayment } from '../gateway/real-venue.ts'
import { transactionsOf } from './deribit-log.ts'
import { currencyOf } from './deribit-name.ts'
import { textOf } from './deribit-order.ts'
import type { DeribitRpc } from './deribit-rpc.ts'

/** Clocks differ by less. */
const aheadMs = 60_000

/** What funding brought or cost: it is paid from moment to moment, and booked with each trade of a perpetual and at each settlement. [G32] */
export async function fundingOf(
  rpc: DeribitRpc,
  sinceMs: number,
  names: readonly string[],
  nowMs: number,
): Promise<Answer<readonly VenuePayment[]>> {
  const paid: VenuePayment[] = []
  for (const currency of new Set(names.map(currencyOf))) {
    const span = { currency, start_timestamp: sinceMs, end_timestamp: nowMs + aheadMs }
    const log = await transactionsOf(rpc, span)
    if (log.kind !== 'done') return log
    for (const { id, timestamp, instrument_name: symbol, interest_pl: interest, currency: asset } of log.value) {
      if (!symbol || !interest) continue
      const [paymentId, amount] = [`${asset}-${id}`, textOf(interest)]
      paid.push({ paymentId, symbol, amount, asset, paidAt: timestamp * 1_000 })
    }
  }
  return { kind: 'done', value: paid.sort((a, b) => a.paidAt - b.paidAt) }
}
