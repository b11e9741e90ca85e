import { z } from 'zod'
import { addExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { Credentials } from '../binance/credentials.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { type ExchangeRequest, type Params, sendRequest } from '../binance/signed-request.ts'
import { plainText } from '../gateway/gateway-order.ts'
import type { Answer, OrderName, RealVenue } from '../gateway/real-venue.ts'
import type { BinanceSpotConfig, SpotAddresses } from './spot-config.ts'
import { paramsOf, SpotOrder, SpotTrade, tradeOf, unfitTerms, viewOfOrder } from './spot-order.ts'
import { openSpotStream } from './spot-stream.ts'

export type SpotOptions = {
  readonly config: Pick<BinanceSpotConfig, 'symbols' | 'timeoutMs' | 'windowMs'>
  readonly addresses: SpotAddresses
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
}

const tradesMost = 1_000
const queryWindowMs = 5_000

const Time = z.object({ serverTime: z.int() })
const ExchangeInfo = z.object({
  symbols: z.array(z.object({ symbol: z.string(), baseAsset: z.string(), quoteAsset: z.string() })),
})
const Account = z.object({ balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })) })

/** Binance Spot: orders over REST API v3, reports over the WebSocket API. */
export function binanceSpot({ config, addresses, credentials, nowMs }: SpotOptions): RealVenue {
  let offsetMs = 0
  const send = (request: ExchangeRequest) => sendRequest(addresses.restUrl, credentials, request, config.timeoutMs)
  const stamp = (): Params => ({ timestamp: String(Math.round(nowMs() + offsetMs)), recvWindow: String(queryWindowMs) })
  const ask = (method: ExchangeRequest['method'], path: string, params: Params) =>
    send({ method, path: `/api/v3/${path}`, params: { ...params, ...stamp() }, isSigned: true })
  const look = (path: string, params: Params = {}) =>
    send({ method: 'GET', path: `/api/v3/${path}`, params, isSigned: false })
  const symbolOf = (instrument: string): string | null =>
    config.symbols[instrument] ?? (instrument.endsWith('.BINANCE') ? instrument.slice(0, -'.BINANCE'.length) : null)
  const named = ({ instrument, venueClientId }: OrderName): Params => ({
    symbol: symbolOf(instrument) ?? '',
    origClientOrderId: venueClientId,
  })
  return {
    name: 'binance',
    holds: 'assets',
    setClock: (ms) => {
      offsetMs = ms
    },
    unfit: (order) =>
      symbolOf(order.instrument) === null
        ? { code: 'INSTRUMENT_UNKNOWN', reason: 'venue.symbols does not say what it is called at Binance' }
        : unfitTerms(order),
    time: async () => answerOf(await look('time'), Time, ({ serverTime }) => serverTime),
    assets: async (instrument) => {
      const symbol = symbolOf(instrument) ?? ''
      const answer = answerOf(await look('exchangeInfo', { symbol }), ExchangeInfo, ({ symbols }) =>
        symbols.find((one) => one.symbol === symbol),
      )
      if (answer.kind !== 'done') return answer
      return answer.value === undefined
        ? { kind: 'absent' }
        : { kind: 'done', value: { base: answer.value.baseAsset, quote: answer.value.quoteAsset } }
    },
    place: async (order, venueClientId, timestampMs, windowMs) => {
      const terms = paramsOf(order, symbolOf(order.instrument) ?? '', venueClientId)
      const params = { ...terms, timestamp: String(timestampMs), recvWindow: String(windowMs) }
      return answerOf(
        await send({ method: 'POST', path: '/api/v3/order', params, isSigned: true }),
        SpotOrder,
        viewOfOrder,
      )
    },
    cancel: async (order) => answerOf(await ask('DELETE', 'order', named(order)), SpotOrder, viewOfOrder),
    find: async (order) => answerOf(await ask('GET', 'order', named(order)), SpotOrder, viewOfOrder),
    trades: ({ instrument }, orderId) => allTrades(ask, { symbol: symbolOf(instrument) ?? '', orderId }),
    openOrders: async () =>
      answerOf(await ask('GET', 'openOrders', {}), z.array(SpotOrder), (orders) =>
        orders.map((order) => ({ ...viewOfOrder(order), symbol: order.symbol })),
      ),
    cancelExternal: async ({ symbol, venueOrderId }) =>
      answerOf(await ask('DELETE', 'order', { symbol, orderId: venueOrderId }), SpotOrder, () => null),
    balances: async () =>
      answerOf(await ask('GET', 'account', { omitZeroBalances: 'true' }), Account, ({ balances }) =>
        balances.map(({ asset, free, locked }) => ({
          asset,
          total: plainText(addExact(parseExact(free), parseExact(locked))),
        })),
      ),
    stream: (hooks) =>
      openSpotStream(addresses.wsUrl, credentials, () => Math.round(nowMs() + offsetMs), queryWindowMs, hooks),
  }
}

async function allTrades(
  ask: (method: 'GET', path: string, params: Params) => ReturnType<typeof sendRequest>,
  order: { symbol: string; orderId: string },
): Promise<Answer<ReturnType<typeof tradeOf>[]>> {
  const all: ReturnType<typeof tradeOf>[] = []
  for (let fromId: number | null = null; ; ) {
    const page: Params = fromId === null ? {} : { fromId: String(fromId) }
    const answer: Answer<z.infer<typeof SpotTrade>[]> = answerOf(
      await ask('GET', 'myTrades', { ...order, ...page, limit: String(tradesMost) }),
      z.array(SpotTrade),
      (trades) => trades,
    )
    if (answer.kind !== 'done') return answer
    all.push(...answer.value.map(tradeOf))
    if (answer.value.length < tradesMost) return { kind: 'done', value: all }
    fromId = (answer.value.at(-1) as z.infer<typeof SpotTrade>).id + 1
  }
}
