import { z } from 'zod'
import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { exchangeAccount, namedParams } from '../binance/exchange-account.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { Decimal, ExchangeOrder, viewOfTrade } from '../binance/exchange-order.ts'
import { limitedSend } from '../binance/limited-send.ts'
import type { HttpAnswer, Params } from '../binance/signed-request.ts'
import type { Credentials } from '../gateway/credentials.ts'
import { plainText, waits } from '../gateway/gateway-order.ts'
import { readPages } from '../gateway/read-pages.ts'
import type { Answer, RealVenue, VenueBalance, VenuePayment } from '../gateway/real-venue.ts'
import { namedSo, type RealVenueConfig, type VenueAddresses } from '../gateway/real-venue-config.ts'
import { conditionalOrders } from './conditional-orders.ts'
import { algoIdOf } from './usdm-algo.ts'
import { paramsOf, UsdmTrade, unfitTerms, viewOfUsdmOrder } from './usdm-order.ts'
import { openUsdmStream } from './usdm-stream.ts'

export type UsdmOptions = {
  readonly config: Pick<RealVenueConfig, 'symbols' | 'timeoutMs'>
  readonly addresses: VenueAddresses
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
  /** 2400 there, for an address. */
  readonly weightPerMinute?: number
  readonly keepAliveMs?: number
  /** How long an algo order may be missing from what queries show. */
  readonly algoLateMs?: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What requests weigh, those that weigh something. */
const weights: Readonly<Record<string, number>> = {
  'GET /fapi/v1/time': 1,
  'GET /fapi/v1/exchangeInfo': 1,
  'POST /fapi/v1/listenKey': 1,
  'PUT /fapi/v1/listenKey': 1,
  'GET /fapi/v1/order': 1,
  'GET /fapi/v1/userTrades': 5,
  'GET /fapi/v1/openOrders': 40,
  'GET /fapi/v1/algoOrder': 1,
  'GET /fapi/v1/openAlgoOrders': 40,
  'GET /fapi/v2/ticker/price': 1,
  'GET /fapi/v1/positionSide/dual': 30,
  'GET /fapi/v2/positionRisk': 5,
  'GET /fapi/v1/income': 30,
}

const ExchangeInfo = z.object({ symbols: z.array(z.object({ symbol: z.string(), marginAsset: z.string() })) })
const PositionMode = z.object({ dualSidePosition: z.boolean() })
const Position = z.object({ symbol: z.string(), positionSide: z.string(), positionAmt: Decimal })
const Income = z.object({
  symbol: z.string(),
  income: Decimal,
  asset: z.string(),
  time: z.int(),
  tranId: z.union([z.int(), z.string()]),
})
const incomeMost = 1_000
const ListenKey = z.object({ listenKey: z.string().min(1) })

/** Binance USD-M futures in one-way mode: orders over `/fapi`, reports over the user data stream. [G19]-[G24] */
export function binanceUsdm(options: UsdmOptions): RealVenue {
  const {
    config,
    addresses,
    credentials,
    nowMs,
    weightPerMinute = 2_400,
    keepAliveMs = 1_800_000,
    algoLateMs = 10_000,
  } = options
  const symbolOf = (instrument: string) => config.symbols[instrument] ?? symbolIn(instrument)
  let isOneWay = false
  const { restUrl, wsUrl } = addresses
  const { timeoutMs } = config
  const { send, budget } = limitedSend({ restUrl, credentials, timeoutMs, nowMs, weightPerMinute, weights })
  const key = (method: 'POST' | 'PUT') =>
    send({ method, path: '/fapi/v1/listenKey', params: {}, isSigned: false, isKeyed: true })
  const account = exchangeAccount(
    {
      root: '/fapi/v1',
      trades: 'userTrades',
      Order: ExchangeOrder,
      Trade: UsdmTrade,
      symbolOf,
      viewOfOrder: viewOfUsdmOrder,
      tradeOf: (trade) => viewOfTrade(trade, trade.maker),
      isBuyer: (trade) => trade.buyer,
      spanMs: 7 * dayMs,
      paramsOf,
    },
    send,
    nowMs,
  )
  const { look, ask, orders } = account
  const conditional = conditionalOrders({ look, ask, send, nowMs: account.nowMs })
  return {
    ...orders,
    name: 'binance-usdm',
    place: (order, venueClientId, timestampMs, windowMs) => {
      if (!waits(order)) return orders.place(order, venueClientId, timestampMs, windowMs)
      const stamp = { timestamp: String(timestampMs), recvWindow: String(windowMs) }
      return conditional.place(order, symbolOf(order.instrument) ?? '', venueClientId, stamp)
    },
    conditionalLateMs: algoLateMs,
    find: (order) => (order.waits ? conditional.find(order) : orders.find(order)),
    cancel: (order) => (order.waits ? conditional.cancel(order) : orders.cancel(order)),
    trades: async (order, venueOrderId) => {
      if (!order.waits) return orders.trades(order, venueOrderId)
      const became = await conditional.became(order)
      if (became.kind !== 'done') return became
      return became.value === null ? { kind: 'done', value: [] } : orders.trades(order, became.value)
    },
    openOrders: async () => {
      // One that sees its price between both questions is in both answers, and not in none.
      const waiting = await conditional.open()
      const working = waiting.kind === 'done' ? await orders.openOrders() : waiting
      if (waiting.kind !== 'done' || working.kind !== 'done') return working
      return { kind: 'done', value: [...waiting.value, ...working.value] }
    },
    cancelExternal: (order) => {
      const algoId = algoIdOf(order.venueOrderId)
      return algoId === null ? orders.cancelExternal(order) : conditional.cancelExternal(algoId)
    },
    amend: async (order, { side, quantity, limitPrice = '' }, _, timestampMs, windowMs) => {
      if (order.waits) return { kind: 'refused', code: 'TERMS_INVALID', reason: 'USD-M moves no conditional order' }
      const which = { symbol: symbolOf(order.instrument) ?? '', ...namedParams(order) }
      const terms = { side: side === 'buy' ? 'BUY' : 'SELL', quantity, price: limitPrice }
      const stamp = { timestamp: String(timestampMs), recvWindow: String(windowMs) }
      const params = { ...which, ...terms, ...stamp }
      const answer = await send({ method: 'PUT', path: '/fapi/v1/order', params, isSigned: true })
      const moved = answerOf(answer, ExchangeOrder, viewOfUsdmOrder)
      // -5027: it stands there already.
      return moved.kind === 'refused' && moved.reason.startsWith('-5027') ? orders.find(order) : moved
    },
    holds: 'positions',
    hasWindow: true,
    unfit: (order) =>
      symbolOf(order.instrument) === null
        ? {
            code: 'INSTRUMENT_UNKNOWN',
            reason:
              'it is not called like BTCUSDT-PERP.BINANCE, and venue.symbols does not say what it is called there',
          }
        : unfitTerms(order),
    assets: async (instrument) => {
      const name = symbolOf(instrument)
      const answer = answerOf(await look('/fapi/v1/exchangeInfo'), ExchangeInfo, ({ symbols }) =>
        symbols.find(({ symbol }) => symbol === name),
      )
      if (answer.kind !== 'done') return answer
      const { value } = answer
      return value === undefined
        ? { kind: 'absent' }
        : { kind: 'done', value: { base: value.symbol, quote: value.marginAsset } }
    },
    balances: async () => {
      if (!isOneWay) {
        const mode = await positionMode(ask)
        if (mode.kind !== 'done') return mode
        isOneWay = true
      }
      return positions(ask)
    },
    instrumentOf: (symbol) =>
      namedSo(config.symbols, symbol) ?? `${symbol}${/_\d{6}$/.test(symbol) ? '' : '-PERP'}.BINANCE`,
    settlements: null,
    forgets: { unfilledAfterMs: 3 * dayMs + hourMs, allAfterMs: 90 * dayMs - hourMs },
    payments: (sinceMs) => fundingFees(ask, sinceMs),
    stream: (hooks) =>
      openUsdmStream(
        {
          ...{ wsUrl, keepAliveMs, budget, nowMs, learnTime: account.learnTime },
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

type Ask = (method: 'GET', path: string, params: Params) => Promise<HttpAnswer>

/** `BTCUSDT-PERP.BINANCE` is BTCUSDT; a dated future, `BTCUSDT_260327.BINANCE`, keeps its name. */
function symbolIn(instrument: string): string | null {
  const [, perpetual, dated] = /^(?:([A-Z0-9]+)-PERP|([A-Z0-9]+_\d{6}))\.BINANCE$/.exec(instrument) ?? []
  return perpetual ?? dated ?? null
}

/** In hedge mode an order needs a side that ours do not have. [G20] */
async function positionMode(ask: Ask): Promise<Answer<null>> {
  const mode = answerOf(await ask('GET', '/fapi/v1/positionSide/dual', {}), PositionMode, (value) => value)
  if (mode.kind !== 'done' || !mode.value.dualSidePosition)
    return mode.kind === 'done' ? { ...mode, value: null } : mode
  return { kind: 'refused', code: 'TERMS_INVALID', reason: 'the account is in hedge mode: set it to one-way mode' }
}

/** By symbol, signed, those that are not zero. [G23] */
async function positions(ask: Ask): Promise<Answer<readonly VenueBalance[]>> {
  return answerOf(await ask('GET', '/fapi/v2/positionRisk', {}), z.array(Position), (all) =>
    all
      .filter(({ positionAmt }) => compareExact(parseExact(positionAmt), zero) !== 0)
      .map(({ symbol, positionAmt }) => ({ asset: symbol, total: plainText(parseExact(positionAmt)) })),
  )
}

/** What funding brought or cost, of all symbols, oldest first. */
async function fundingFees(ask: Ask, sinceMs: number): Promise<Answer<readonly VenuePayment[]>> {
  const all = new Map<string, VenuePayment>()
  const askFrom = async (startMs: number) => {
    const params = { incomeType: 'FUNDING_FEE', startTime: String(startMs), limit: String(incomeMost) }
    return answerOf(await ask('GET', '/fapi/v1/income', params), z.array(Income), (fees) => fees)
  }
  const read = await readPages<z.infer<typeof Income>[], number>(sinceMs, askFrom, (fees, startMs) => {
    for (const { symbol, income, asset, time, tranId } of fees) {
      const paymentId = `${symbol}-${tranId}`
      all.set(paymentId, { paymentId, symbol, amount: income, asset, paidAt: time * 1_000 })
    }
    if (fees.length < incomeMost) return undefined
    const newestMs = Math.max(...fees.map(({ time }) => time))
    // Pages overlap by the millisecond that the next one begins with.
    return newestMs === startMs ? startMs + 1 : newestMs
  })
  return read.kind === 'done' ? { ...read, value: [...all.values()] } : read
}
