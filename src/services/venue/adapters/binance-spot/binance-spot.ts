import { z } from 'zod'
import { addExact, compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exchangeAccount, namedParams } from '../binance/exchange-account.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { Decimal, viewOfTrade } from '../binance/exchange-order.ts'
import { limitedSend } from '../binance/limited-send.ts'
import type { Credentials } from '../gateway/credentials.ts'
import { plainText } from '../gateway/gateway-order.ts'
import type { RealVenue } from '../gateway/real-venue.ts'
import { namedSo, type RealVenueConfig, type VenueAddresses } from '../gateway/real-venue-config.ts'
import { Amended, paramsOf, SpotOrder, SpotTrade, unfitTerms, viewOfSpotOrder } from './spot-order.ts'
import { openSpotStream } from './spot-stream.ts'

export type SpotOptions = {
  readonly config: Pick<RealVenueConfig, 'symbols' | 'timeoutMs'>
  readonly addresses: VenueAddresses
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
  /** 6000 there, for an address. */
  readonly weightPerMinute?: number
}

/** What queries weigh. */
const weights: Readonly<Record<string, number>> = {
  'GET /api/v3/time': 1,
  'GET /api/v3/exchangeInfo': 20,
  'GET /api/v3/order': 4,
  'GET /api/v3/myTrades': 20,
  'GET /api/v3/openOrders': 80,
  'GET /api/v3/account': 20,
}

const ExchangeInfo = z.object({
  symbols: z.array(z.object({ symbol: z.string(), baseAsset: z.string(), quoteAsset: z.string() })),
})
const Account = z.object({ balances: z.array(z.object({ asset: z.string(), free: Decimal, locked: Decimal })) })

/** Binance Spot: orders over REST API v3, reports over the WebSocket API. */
export function binanceSpot(options: SpotOptions): RealVenue {
  const { config, addresses, credentials, nowMs, weightPerMinute = 6_000 } = options
  const { restUrl, wsUrl } = addresses
  const { timeoutMs } = config
  const { send, budget } = limitedSend({ restUrl, credentials, timeoutMs, nowMs, weightPerMinute, weights })
  const symbolOf = (instrument: string): string | null =>
    config.symbols[instrument] ?? (instrument.endsWith('.BINANCE') ? instrument.slice(0, -'.BINANCE'.length) : null)
  const account = exchangeAccount(
    {
      root: '/api/v3',
      trades: 'myTrades',
      Order: SpotOrder,
      Trade: SpotTrade,
      symbolOf,
      viewOfOrder: viewOfSpotOrder,
      tradeOf: (trade) => viewOfTrade(trade, trade.isMaker),
      isBuyer: (trade) => trade.isBuyer,
      spanMs: 86_400_000,
      paramsOf,
    },
    send,
    nowMs,
  )
  return {
    ...account.orders,
    name: 'binance',
    hasWindow: true,
    amend: async (order, _, { quantity }, timestampMs, windowMs) => {
      if (quantity === undefined)
        return { kind: 'refused', code: 'TERMS_INVALID', reason: 'binance moves no price in place' }
      const named = { symbol: symbolOf(order.instrument) ?? '', ...namedParams(order) }
      const stamp = { timestamp: String(timestampMs), recvWindow: String(windowMs) }
      const params = { ...named, newClientOrderId: order.venueClientId, newQty: quantity, ...stamp }
      const path = '/api/v3/order/amend/keepPriority'
      const amended = answerOf(await send({ method: 'PUT', path, params, isSigned: true }), Amended, (answer) =>
        viewOfSpotOrder(answer.amendedOrder),
      )
      if (amended.kind !== 'refused') return amended
      // It may ask for so much already.
      const found = answerOf(await account.ask('GET', '/api/v3/order', named), SpotOrder, (one) => one)
      if (found.kind !== 'done') return found.kind === 'nothing' ? found : amended
      const isMade = compareExact(parseExact(found.value.origQty ?? '0'), parseExact(quantity)) === 0
      return isMade ? { kind: 'done', value: viewOfSpotOrder(found.value) } : amended
    },
    holds: 'assets',
    unfit: (order) =>
      symbolOf(order.instrument) === null
        ? { code: 'INSTRUMENT_UNKNOWN', reason: 'venue.symbols does not say what it is called at Binance' }
        : unfitTerms(order),
    assets: async (instrument) => {
      const symbol = symbolOf(instrument) ?? ''
      const listed = await account.look('/api/v3/exchangeInfo', { symbol })
      const answer = answerOf(listed, ExchangeInfo, ({ symbols }) => symbols.find((one) => one.symbol === symbol))
      if (answer.kind !== 'done') return answer
      return answer.value === undefined
        ? { kind: 'absent' }
        : { kind: 'done', value: { base: answer.value.baseAsset, quote: answer.value.quoteAsset } }
    },
    payments: null,
    balances: async () =>
      answerOf(await account.ask('GET', '/api/v3/account', { omitZeroBalances: 'true' }), Account, ({ balances }) =>
        balances.map(({ asset, free, locked }) => ({
          asset,
          total: plainText(addExact(parseExact(free), parseExact(locked))),
        })),
      ),
    instrumentOf: (symbol) => namedSo(config.symbols, symbol) ?? `${symbol}.BINANCE`,
    settlements: null,
    forgets: null,
    stream: (hooks) => {
      const { nowMs: venueNowMs, learnTime } = account
      return openSpotStream({ wsUrl, timeoutMs, credentials, budget, nowMs, venueNowMs, learnTime }, hooks)
    },
  }
}
