import { externalOrderIdOf, externalStrategy } from '#lib/domain/external-order.ts'
import { executionOf } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import type { AccountTrade, ToldOrder } from './real-venue.ts'

/** What the stream tells of an order that is not the log's. True where the record of trades is to be asked for it. [G33] */
export function hearOther(desk: OrderDesk, view: ToldOrder): boolean {
  const { symbol, side, venueOrderId, venueClientId, trades } = view
  const instrument = desk.venue.instrumentOf(symbol)
  if (desk.orders.isOwn(venueClientId) || instrument === null || !desk.record.listed.has(instrument)) return false
  if (desk.trades.hasBegun)
    for (const trade of trades) tellOther(desk, instrument, { ...trade, symbol, side, venueOrderId, venueClientId })
  const isWhole = desk.trades.hasAll(instrument, externalOrderIdOf(symbol, venueOrderId), view)
  if (!isWhole) desk.record.want(instrument)
  return !isWhole
}

/** Says a trade that no order of the log made, once; where it is known what its instrument is made of. `isMissing`: a reconciliation found it, and counts. */
export function tellOther(desk: OrderDesk, instrument: string, trade: AccountTrade, isMissing = false): void {
  const assets = desk.assets.get(instrument)
  if (assets === undefined || !desk.trades.isNews(instrument, trade)) return
  const { symbol, side, venueOrderId } = trade
  const payload = {
    clientOrderId: externalOrderIdOf(symbol, venueOrderId),
    venueOrderId,
    strategy: externalStrategy,
    instrument,
    side,
    ...executionOf(trade, '0', assets),
  }
  if (isMissing) desk.missing.fills++
  desk.foldOther(payload)
  desk.trades.say(payload)
  desk.voice.say({ topic: 'order.fill', payload })
}
