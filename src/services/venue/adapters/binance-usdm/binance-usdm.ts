import { z } from 'zod'
import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import type { Credentials } from '../binance/credentials.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { type ExchangeRequest, type HttpAnswer, type Params, sendRequest } from '../binance/signed-request.ts'
import { plainText } from '../gateway/gateway-order.ts'
import type { Answer, OrderName, RealVenue, VenueBalance, VenueTrade } from '../gateway/real-venue.ts'
import { paramsOf, tradeOf, UsdmOrder, UsdmTrade, unfitTerms, viewOfOrder } from './usdm-order.ts'
import { openUsdmStream } from './usdm-stream.ts'

export type UsdmOptions = {
  readonly timeoutMs: number
  readonly addresses: { readonly restUrl: string; readonly wsUrl: string }
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
  /** 2400 there, for an address. */
  readonly weightPerMinute?: number
  readonly keepAliveMs?: number
}

const tradesMost = 1_000
const queryWindowMs = 5_000

const Time = z.object({ serverTime: z.int() })
const ExchangeInfo = z.object({ symbols: z.array(z.object({ symbol: z.string(), marginAsset: z.string() })) })
const PositionMode = z.object({ dualSidePosition: z.boolean() })
const Position = z.object({ symbol: z.string(), positionSide: z.string(), positionAmt: z.string() })
const ListenKey = z.object({ listenKey: z.string().min(1) })

/** Binance USD-M futures in one-way mode: orders over `/fapi`, reports over the user data stream. [G19]-[G24] */
export function binanceUsdm(options: UsdmOptions): RealVenue {
  const { addresses, credentials, nowMs, timeoutMs, weightPerMinute = 2_400, keepAliveMs = 1_800_000 } = options
  const budget = startBudget(weightPerMinute)
  let offsetMs = 0
  let isOneWay = false
  const send = async (request: ExchangeRequest, weight: number): Promise<HttpAnswer> => {
    const waitMs = budget.take(weight, nowMs())
    if (waitMs > 0)
      return { status: 0, json: null, text: 'the limit of requests', retryAfterMs: waitMs, usedWeight: null }
    const answer = await sendRequest(addresses.restUrl, credentials, request, timeoutMs)
    if (answer.usedWeight !== null) budget.used(answer.usedWeight, nowMs())
    if (answer.status === 429 || answer.status === 418) budget.pauseUntil(nowMs() + (answer.retryAfterMs ?? 1_000))
    return answer
  }
  const ask: Ask = (method, path, params, weight) => {
    const stamp = { timestamp: String(Math.round(nowMs() + offsetMs)), recvWindow: String(queryWindowMs) }
    return send({ method, path: `/fapi/${path}`, params: { ...params, ...stamp }, isSigned: true }, weight)
  }
  const look = (path: string) => send({ method: 'GET', path: `/fapi/v1/${path}`, params: {}, isSigned: false }, 1)
  const key = (method: 'POST' | 'PUT') =>
    send({ method, path: '/fapi/v1/listenKey', params: {}, isSigned: false, isKeyed: true }, 1)
  const named = ({ instrument, venueClientId }: OrderName): Params => ({
    symbol: symbolOf(instrument) ?? '',
    origClientOrderId: venueClientId,
  })
  return {
    name: 'binance-usdm',
    holds: 'positions',
    setClock: (ms) => {
      offsetMs = ms
    },
    unfit: (order) =>
      symbolOf(order.instrument) === null
        ? { code: 'INSTRUMENT_UNKNOWN', reason: 'instruments of Binance USD-M are called like BTCUSDT-PERP.BINANCE' }
        : unfitTerms(order),
    time: async () => answerOf(await look('time'), Time, ({ serverTime }) => serverTime),
    assets: async (instrument) => {
      const name = symbolOf(instrument)
      const answer = answerOf(await look('exchangeInfo'), ExchangeInfo, ({ symbols }) =>
        symbols.find(({ symbol }) => symbol === name),
      )
      if (answer.kind !== 'done') return answer
      const { value } = answer
      return value === undefined
        ? { kind: 'absent' }
        : { kind: 'done', value: { base: value.symbol, quote: value.marginAsset } }
    },
    place: async (order, venueClientId, timestampMs, windowMs) => {
      const terms = paramsOf(order, symbolOf(order.instrument) ?? '', venueClientId)
      const params = { ...terms, timestamp: String(timestampMs), recvWindow: String(windowMs) }
      const request = { method: 'POST', path: '/fapi/v1/order', params, isSigned: true } as const
      return answerOf(await send(request, 0), UsdmOrder, viewOfOrder)
    },
    cancel: async (order) => answerOf(await ask('DELETE', 'v1/order', named(order), 0), UsdmOrder, viewOfOrder),
    find: async (order) => answerOf(await ask('GET', 'v1/order', named(order), 1), UsdmOrder, viewOfOrder),
    trades: ({ instrument }, orderId) => allTrades(ask, { symbol: symbolOf(instrument) ?? '', orderId }),
    openOrders: async () =>
      answerOf(await ask('GET', 'v1/openOrders', {}, 40), z.array(UsdmOrder), (orders) =>
        orders.map((order) => ({ ...viewOfOrder(order), symbol: order.symbol })),
      ),
    cancelExternal: async ({ symbol, venueOrderId }) =>
      answerOf(await ask('DELETE', 'v1/order', { symbol, orderId: venueOrderId }, 0), UsdmOrder, () => null),
    balances: async () => {
      if (!isOneWay) {
        const mode = await positionMode(ask)
        if (mode.kind !== 'done') return mode
        isOneWay = true
      }
      return positions(ask)
    },
    stream: (hooks) =>
      openUsdmStream(
        {
          wsUrl: addresses.wsUrl,
          keepAliveMs,
          listenKey: async () => answerOf(await key('POST'), ListenKey, ({ listenKey }) => listenKey),
          keepAlive: async () => answerOf(await key('PUT'), z.unknown(), () => null),
        },
        {
          ...hooks,
          onOpen: () => {
            isOneWay = false
            hooks.onOpen()
          },
        },
      ),
  }
}

type Ask = (method: 'GET' | 'DELETE', path: string, params: Params, weight: number) => Promise<HttpAnswer>

/** `BTCUSDT-PERP.BINANCE` is BTCUSDT; a dated future, `BTCUSDT_260327.BINANCE`, keeps its name. */
function symbolOf(instrument: string): string | null {
  const [, symbol] = /^(?:([A-Z0-9]+)-PERP|[A-Z0-9]+_\d{6})\.BINANCE$/.exec(instrument) ?? []
  return symbol ?? (/_\d{6}\.BINANCE$/.test(instrument) ? instrument.slice(0, -'.BINANCE'.length) : null)
}

/** In hedge mode an order needs a side that ours do not have. [G20] */
async function positionMode(ask: Ask): Promise<Answer<null>> {
  const mode = answerOf(await ask('GET', 'v1/positionSide/dual', {}, 30), PositionMode, (value) => value)
  if (mode.kind !== 'done' || !mode.value.dualSidePosition)
    return mode.kind === 'done' ? { ...mode, value: null } : mode
  return { kind: 'refused', code: 'TERMS_INVALID', reason: 'the account is in hedge mode: set it to one-way mode' }
}

/** By symbol, signed, those that are not zero. [G23] */
async function positions(ask: Ask): Promise<Answer<readonly VenueBalance[]>> {
  return answerOf(await ask('GET', 'v2/positionRisk', {}, 5), z.array(Position), (all) =>
    all
      .filter(({ positionAmt }) => compareExact(parseExact(positionAmt), zero) !== 0)
      .map(({ symbol, positionAmt }) => ({ asset: symbol, total: plainText(parseExact(positionAmt)) })),
  )
}

async function allTrades(ask: Ask, order: { symbol: string; orderId: string }): Promise<Answer<VenueTrade[]>> {
  const all: VenueTrade[] = []
  for (let fromId: number | null = null; ; ) {
    const page: Params = fromId === null ? {} : { fromId: String(fromId) }
    const answer: Answer<z.infer<typeof UsdmTrade>[]> = answerOf(
      await ask('GET', 'v1/userTrades', { ...order, ...page, limit: String(tradesMost) }, 5),
      z.array(UsdmTrade),
      (trades) => trades,
    )
    if (answer.kind !== 'done') return answer
    all.push(...answer.value.map(tradeOf))
    if (answer.value.length < tradesMost) return { kind: 'done', value: all }
    fromId = (answer.value.at(-1) as z.infer<typeof UsdmTrade>).id + 1
  }
}
