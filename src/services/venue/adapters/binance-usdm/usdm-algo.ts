import { z } from 'zod'
import { formatExact, parseExact, tenTo } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { Decimal, Id, sideOf, Whole } from '../binance/exchange-order.ts'
import type { Params } from '../binance/signed-request.ts'
import type { ToldOrder, VenueOrder } from '../gateway/real-venue.ts'

/** `POST` and `GET /fapi/v1/algoOrder`, and each of `openAlgoOrders`. */
export const AlgoOrder = z.object({
  algoId: Id,
  clientAlgoId: z.string(),
  symbol: z.string(),
  algoStatus: z.string(),
  actualOrderId: z.union([z.string(), Whole]).nullish(),
  updateTime: Whole.optional(),
})
export type AlgoOrder = z.infer<typeof AlgoOrder>

/** `ALGO_UPDATE` of the user data stream. */
export const AlgoUpdate = z.object({
  e: z.literal('ALGO_UPDATE'),
  o: z.object({ caid: z.string(), aid: Id, s: z.string(), S: z.enum(['BUY', 'SELL']), X: z.string() }),
})

/** `GET /fapi/v2/ticker/price` of one symbol. */
export const LastPrice = z.object({ price: Decimal })

const mark = 'algo-'

/** Algo orders and orders are counted apart: one number may be both. */
const idOf = (algoId: string): string => `${mark}${algoId}`

/** The algo order's own number, where it is one. */
export const algoIdOf = (venueOrderId: string): string | null =>
  venueOrderId.startsWith(mark) ? venueOrderId.slice(mark.length) : null

/** The order that it became; null while it waits. */
export function becameOf({ actualOrderId }: AlgoOrder): string | null {
  const id = String(actualOrderId ?? '')
  return id === '' || id === '0' ? null : id
}

/** As long as it waits. What came of it, only the order that it became says. [G38] */
export const viewOfAlgo = ({ algoId, clientAlgoId, algoStatus }: AlgoOrder): VenueOrder => ({
  venueClientId: clientAlgoId,
  venueOrderId: idOf(algoId),
  state: stateOf(algoStatus),
  executed: '0',
  isTriggered: triggered.has(algoStatus),
  trades: [],
})

export const viewOfAlgoUpdate = ({ o }: z.infer<typeof AlgoUpdate>): ToldOrder => ({
  ...viewOfAlgo({ algoId: o.aid, clientAlgoId: o.caid, symbol: o.s, algoStatus: o.X }),
  symbol: o.s,
  side: sideOf(o.S === 'BUY'),
})

const triggered: ReadonlySet<string> = new Set(['TRIGGERING', 'TRIGGERED', 'FINISHED'])

function stateOf(status: string): VenueOrder['state'] {
  switch (status) {
    case 'CANCELED':
      return 'canceled'
    // It had been accepted: what it was to become is refused.
    case 'REJECTED':
    case 'EXPIRED':
      return 'expired'
    default:
      return 'working'
  }
}

/** `POST /fapi/v1/algoOrder`; `callbackRate` of a trailing stop alone. */
export function algoParamsOf(
  order: PayloadOf<'order.submitted'>,
  symbol: string,
  venueClientId: string,
  callbackRate: string | null,
): Params {
  const { side, quantity, orderType, limitPrice, stopPrice, timeInForce, isReduceOnly } = order
  return {
    algoType: 'CONDITIONAL',
    symbol,
    side: side === 'buy' ? 'BUY' : 'SELL',
    type: types[orderType],
    quantity,
    ...(limitPrice === undefined ? {} : { price: limitPrice, timeInForce }),
    ...(callbackRate === null ? { triggerPrice: stopPrice as string } : { callbackRate }),
    workingType: 'CONTRACT_PRICE',
    ...(isReduceOnly === true ? { reduceOnly: 'true' } : {}),
    clientAlgoId: venueClientId,
  }
}

const types = {
  market: 'MARKET',
  limit: 'LIMIT',
  stop: 'STOP_MARKET',
  stop_limit: 'STOP',
  market_if_touched: 'TAKE_PROFIT_MARKET',
  limit_if_touched: 'TAKE_PROFIT',
  trailing_stop: 'TRAILING_STOP_MARKET',
} as const satisfies Record<PayloadOf<'order.submitted'>['orderType'], string>

/** How far a trailing stop stays behind, in percent of the best price, cut to a tenth; null where that is not kept there: below 0.1 or above 10. [G41] */
export function callbackRateOf(offset: string, price: string): string | null {
  const [behind, best] = [parseExact(offset), parseExact(price)]
  if (best.units <= 0n) return null
  const tenths = (behind.units * tenTo(best.scale) * 1_000n) / (best.units * tenTo(behind.scale))
  return tenths < 1n || tenths > 100n ? null : formatExact({ units: tenths, scale: 1 })
}
