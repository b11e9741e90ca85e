import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { ExchangeOrder } from '../binance/exchange-order.ts'
import type { ExchangeRequest, HttpAnswer, Params } from '../binance/signed-request.ts'
import type { Answer, OpenOrder, OrderName, VenueOrder } from '../gateway/real-venue.ts'
import { AlgoOrder, algoParamsOf, becameOf, callbackRateOf, LastPrice, viewOfAlgo } from './usdm-algo.ts'
import { viewOfUsdmOrder } from './usdm-order.ts'

export type Asking = {
  readonly look: (path: string, params: Params) => Promise<HttpAnswer>
  readonly ask: (method: ExchangeRequest['method'], path: string, params: Params) => Promise<HttpAnswer>
  readonly send: (request: ExchangeRequest) => Promise<HttpAnswer>
  readonly nowMs: () => number
}

const orderPath = '/fapi/v1/order'
const algoPath = '/fapi/v1/algoOrder'
/** USD-M forgets what ended unfilled so long after its creation. */
const forgottenAfterMs = 3 * 86_400_000

/** Orders that wait for a price: algo orders, each of which becomes an order of its own when it has seen it. [G37] [G38] */
export function conditionalOrders({ look, ask, send, nowMs }: Asking) {
  const algo = async (params: Params) => answerOf(await ask('GET', algoPath, params), AlgoOrder, (found) => found)
  const child = async (of: AlgoOrder, method: 'GET' | 'DELETE', orderId: string): Promise<Answer<VenueOrder>> => {
    const params = { symbol: of.symbol, orderId }
    return answerOf(await ask(method, orderPath, params), ExchangeOrder, (order) => ({
      ...viewOfUsdmOrder(order),
      venueClientId: of.clientAlgoId,
      venueOrderId: viewOfAlgo(of).venueOrderId,
    }))
  }
  /** The order that it became, where that is known; the algo order itself says nothing of fills. */
  const shown = async (of: AlgoOrder): Promise<Answer<VenueOrder>> => {
    const became = becameOf(of)
    const found = became === null ? null : await child(of, 'GET', became)
    if (found !== null && found.kind !== 'absent') return found
    const isForgotten = of.algoStatus === 'FINISHED' && nowMs() - (of.updateTime ?? nowMs()) > forgottenAfterMs
    const view = viewOfAlgo(of)
    return { kind: 'done', value: found !== null && isForgotten ? { ...view, state: 'canceled' } : view }
  }
  return {
    place: async (
      order: PayloadOf<'order.submitted'>,
      symbol: string,
      venueClientId: string,
      stamp: Params,
    ): Promise<Answer<VenueOrder>> => {
      const { trailingOffset } = order
      const price =
        trailingOffset === undefined
          ? null
          : answerOf(await look('/fapi/v2/ticker/price', { symbol }), LastPrice, (last) => last.price)
      // Nothing was sent.
      if (price?.kind === 'nothing') return { ...price, isHeldBack: true }
      if (price !== null && price.kind !== 'done') return price
      const rate = price === null || trailingOffset === undefined ? null : callbackRateOf(trailingOffset, price.value)
      if (price !== null && rate === null)
        return { kind: 'refused', code: 'TERMS_INVALID', reason: `${trailingOffset} is not 0.1 % to 10 % of the price` }
      const params = { ...algoParamsOf(order, symbol, venueClientId, rate), ...stamp }
      return answerOf(await send({ method: 'POST', path: algoPath, params, isSigned: true }), AlgoOrder, viewOfAlgo)
    },
    find: async ({ venueClientId: clientAlgoId }: OrderName): Promise<Answer<VenueOrder>> => {
      const found = await algo({ clientAlgoId })
      return found.kind === 'done' ? shown(found.value) : found
    },
    /** While it waits, and what it has become. */
    cancel: async ({ venueClientId: clientAlgoId }: OrderName): Promise<Answer<VenueOrder>> => {
      const asked = answerOf(await ask('DELETE', algoPath, { clientAlgoId }), z.unknown(), () => null)
      if (asked.kind === 'nothing') return asked
      const found = await algo({ clientAlgoId })
      if (found.kind !== 'done') return found
      const became = becameOf(found.value)
      if (became === null && found.value.algoStatus === 'TRIGGERING')
        return { kind: 'refused', code: 'REFUSED', reason: 'it has seen its price, and is on its way into the book' }
      const ended = became === null ? null : await child(found.value, 'DELETE', became)
      return ended?.kind === 'done' || ended?.kind === 'nothing' ? ended : shown(found.value)
    },
    /** The order that it became; null while it waits. */
    became: async ({ venueClientId: clientAlgoId }: OrderName): Promise<Answer<string | null>> => {
      const found = await algo({ clientAlgoId })
      return found.kind === 'done' ? { kind: 'done', value: becameOf(found.value) } : found
    },
    /** Those that wait: what one became is among the orders. */
    open: async (): Promise<Answer<readonly OpenOrder[]>> =>
      answerOf(await ask('GET', '/fapi/v1/openAlgoOrders', {}), z.array(AlgoOrder), (all) =>
        all
          .filter((one) => becameOf(one) === null)
          .map((one) => ({ ...viewOfAlgo(one), symbol: one.symbol, terms: null })),
      ),
    cancelExternal: async (algoId: string): Promise<Answer<unknown>> =>
      answerOf(await ask('DELETE', algoPath, { algoId }), z.unknown(), () => null),
  }
}
