import { addExact, compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { externalOrderIdOf, externalStrategy } from '#lib/domain/external-order.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import type { GatewayOptions } from './gateway.ts'
import { plainText } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import { tellOther } from './other-trades.ts'
import type { OpenOrder } from './real-venue.ts'

const tradesMost = 1_000

/**
 * Takes an open order that the log does not know for one of the account's; what it had executed since the log began is said before. False where it cannot be one:
 * no limit order, in nothing that the log lists, or over by now. Null where the venue does not answer for it. [G13]
 */
export async function adoptOrder(
  desk: OrderDesk,
  { venue, nowMs }: Pick<GatewayOptions, 'venue' | 'nowMs'>,
  { symbol, terms, venueClientId, venueOrderId }: OpenOrder,
): Promise<boolean | null> {
  const instrument = venue.instrumentOf(symbol)
  if (terms === null || instrument === null || !desk.record.listed.has(instrument)) return false
  const assets = desk.assets.has(instrument) ? null : await venue.assets(instrument)
  if (assets?.kind === 'done') desk.learn(instrument, assets.value)
  else if (assets !== null) return assets.kind === 'nothing' ? null : false
  const trades = await venue.trades({ instrument, venueClientId, venueOrderId, waits: false }, venueOrderId)
  if (trades.kind !== 'done') return null
  for (const trade of trades.value)
    tellOther(desk, instrument, { ...trade, symbol, side: terms.side, venueOrderId, venueClientId }, true)
  const clientOrderId = externalOrderIdOf(symbol, venueOrderId)
  const told = new Set(trades.value.map(({ tradeId }) => tradeId))
  // It was filled meanwhile.
  if (desk.trades.ofOrder(instrument, clientOrderId).some(({ tradeId }) => !told.has(tradeId))) return null
  const filled = trades.value.map(({ quantity }) => parseExact(quantity)).reduce(addExact, zero)
  if (compareExact(filled, parseExact(terms.quantity)) >= 0 || trades.value.length > tradesMost) return false
  const { side, quantity, limitPrice, isPostOnly, isReduceOnly } = terms
  const payload = {
    clientOrderId,
    venueOrderId,
    venueClientId,
    strategy: externalStrategy,
    instrument,
    side,
    quantity: plainText(parseExact(quantity)),
    limitPrice: plainText(parseExact(limitPrice)),
    ...(isPostOnly ? { isPostOnly } : {}),
    ...(isReduceOnly ? { isReduceOnly } : {}),
    filled: plainText(filled),
    tradeIds: trades.value.map(({ tradeId }) => tradeId),
  }
  desk.orders.adopt({ payload, at: nowMs() * 1_000 })
  desk.voice.say({ topic: 'order.adopted', payload })
  return true
}
