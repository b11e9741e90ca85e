import { z } from 'zod'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { AccountTrade, Answer, OrderName, RealVenue, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'
import { learnTime } from '../gateway/venue-time.ts'
import { answerOf } from './exchange-answer.ts'
import { type ExchangeOrder, type ExchangeTrade, sideOf, termsOf } from './exchange-order.ts'
import type { ExchangeRequest, HttpAnswer, Params } from './signed-request.ts'
import { allPages, TradeReading, tradesMost } from './trade-reading.ts'

/** How Spot or USD-M says what both can do. */
export type Dialect<O extends z.infer<typeof ExchangeOrder>, T extends z.infer<typeof ExchangeTrade>> = {
  readonly root: '/api/v3' | '/fapi/v1'
  readonly trades: 'myTrades' | 'userTrades'
  readonly Order: z.ZodType<O>
  readonly Trade: z.ZodType<T>
  readonly symbolOf: (instrument: string) => string | null
  readonly viewOfOrder: (order: O) => VenueOrder
  readonly tradeOf: (trade: T) => VenueTrade
  readonly isBuyer: (trade: T) => boolean
  /** How much time a question for trades may span. */
  readonly spanMs: number
  readonly paramsOf: (order: PayloadOf<'order.submitted'>, symbol: string, venueClientId: string) => Params
}

/** How long after its timestamp the exchange may take a query (recvWindow). */
export const queryWindowMs = 5_000
/** What a symbol may be asked for as. */
const asked = /^[A-Z0-9._-]{1,20}$/

const Time = z.object({ serverTime: z.int() })

/** An account of Binance: its clock, its signed queries, and what its orders are asked. */
export function exchangeAccount<O extends z.infer<typeof ExchangeOrder>, T extends z.infer<typeof ExchangeTrade>>(
  { root, trades, Order, Trade, symbolOf, viewOfOrder, tradeOf, isBuyer, spanMs, paramsOf }: Dialect<O, T>,
  send: (request: ExchangeRequest) => Promise<HttpAnswer>,
  machineMs: () => number,
) {
  let offsetMs = 0
  const nowMs = () => Math.round(machineMs() + offsetMs)
  const look = (path: string, params: Params = {}) => send({ method: 'GET', path, params, isSigned: false })
  const ask = (method: ExchangeRequest['method'], path: string, params: Params) => {
    const stamp = { timestamp: String(nowMs()), recvWindow: String(queryWindowMs) }
    return send({ method, path, params: { ...params, ...stamp }, isSigned: true })
  }
  const symbol = (instrument: string) => symbolOf(instrument) ?? ''
  const askOrder = async (order: OrderName, method: 'GET' | 'DELETE') => {
    const params = { symbol: symbol(order.instrument), ...namedParams(order) }
    return answerOf(await ask(method, `${root}/order`, params), Order, viewOfOrder)
  }
  const askTrades = (which: Params) => async (page: Params) => {
    const params = { ...which, ...page, limit: String(tradesMost) }
    return answerOf(await ask('GET', `${root}/${trades}`, params), z.array(Trade), (all) => all)
  }
  /** By symbol, of the newest question. */
  const readings = new Map<string, TradeReading<T>>()
  const readingOf = (symbol: string, sinceMs: number): TradeReading<T> => {
    const known = readings.get(symbol)
    if (known?.sinceMs === sinceMs) return known
    const reading = new TradeReading(askTrades({ symbol }), sinceMs, spanMs)
    readings.set(symbol, reading)
    return reading
  }
  const ofAccount = (trade: T, symbol: string): AccountTrade => ({
    ...tradeOf(trade),
    symbol,
    side: sideOf(isBuyer(trade)),
    venueOrderId: trade.orderId,
    venueClientId: null,
  })
  const orders = {
    setClock: (ms) => {
      offsetMs = ms
    },
    time: async () => answerOf(await look(`${root}/time`), Time, ({ serverTime }) => serverTime),
    place: async (order, venueClientId, timestampMs, windowMs) => {
      const terms = paramsOf(order, symbol(order.instrument), venueClientId)
      const params = { ...terms, timestamp: String(timestampMs), recvWindow: String(windowMs) }
      return answerOf(await send({ method: 'POST', path: `${root}/order`, params, isSigned: true }), Order, viewOfOrder)
    },
    cancel: (order) => askOrder(order, 'DELETE'),
    find: async (order) => archivedView(await askOrder(order, 'GET'), order),
    trades: async ({ instrument }, orderId) => {
      const all = await allPages(askTrades({ symbol: symbol(instrument), orderId }), {})
      return all.kind === 'done' ? { ...all, value: all.value.map(tradeOf) } : all
    },
    history: {
      partOf: (instrument) => {
        const symbol = symbolOf(instrument)
        return symbol !== null && asked.test(symbol) ? symbol : null
      },
      trades: async (sinceMs, symbol) => {
        const all = await readingOf(symbol, sinceMs).all(nowMs())
        if (all.kind === 'done') return { ...all, value: all.value.map((trade) => ofAccount(trade, symbol)) }
        // What is listed from elsewhere is not traded here.
        return all.kind === 'refused' && all.code === 'INSTRUMENT_UNKNOWN' ? { kind: 'done', value: [] } : all
      },
      clientIdOf: async ({ symbol, venueOrderId: orderId }) =>
        answerOf(await ask('GET', `${root}/order`, { symbol, orderId }), Order, ({ clientOrderId }) => clientOrderId),
    },
    openOrders: async () =>
      answerOf(await ask('GET', `${root}/openOrders`, {}), z.array(Order), (all) =>
        all.map((order) => ({ ...viewOfOrder(order), symbol: order.symbol, terms: termsOf(order) })),
      ),
    cancelExternal: async (order) => {
      const params = { symbol: order.symbol, orderId: order.venueOrderId }
      return answerOf(await ask('DELETE', `${root}/order`, params), Order, () => null)
    },
  } satisfies Partial<RealVenue>
  return { nowMs, look, ask, orders, learnTime: () => learnTime(orders, machineMs) }
}

/** An order by the number that it has there, where that is known: who sent it may give its id to another one when it has ended. [G54] */
export const namedParams = ({ venueClientId, venueOrderId }: OrderName): Params =>
  venueOrderId !== null && /^\d+$/.test(venueOrderId) ? { orderId: venueOrderId } : { origClientOrderId: venueClientId }

/** -2026: of an order that ended unfilled long ago that alone is known. */
function archivedView(answer: Answer<VenueOrder>, { venueClientId, venueOrderId }: OrderName): Answer<VenueOrder> {
  if (answer.kind !== 'refused' || !answer.reason.startsWith('-2026')) return answer
  const view = {
    venueClientId,
    venueOrderId: venueOrderId ?? 'archived',
    executed: '0',
    isTriggered: false,
    trades: [],
  }
  return { kind: 'done', value: { ...view, state: 'canceled' } }
}
