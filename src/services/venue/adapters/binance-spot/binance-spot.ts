import { z } from 'zod'
import { addExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { exchangeAccount } from '../binance/exchange-account.ts'
import { answerOf } from '../binance/exchange-answer.ts'
import { viewOfTrade } from '../binance/exchange-order.ts'
import { sendRequest } from '../binance/signed-request.ts'
import type { Credentials } from '../gateway/credentials.ts'
import { plainText } from '../gateway/gateway-order.ts'
import type { RealVenue } from '../gateway/real-venue.ts'
import { namedSo, type RealVenueConfig, type VenueAddresses } from '../gateway/real-venue-config.ts'
import { paramsOf, SpotOrder, SpotTrade, unfitTerms, viewOfSpotOrder } from './spot-order.ts'
import { openSpotStream } from './spot-stream.ts'

export type SpotOptions = {
  readonly config: Pick<RealVenueConfig, 'symbols' | 'timeoutMs'>
  readonly addresses: VenueAddresses
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
}

const ExchangeInfo = z.object({
  symbols: z.array(z.object({ symbol: z.string(), baseAsset: z.string(), quoteAsset: z.string() })),
})
const Account = z.object({ balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })) })

/** Binance Spot: orders over REST API v3, reports over the WebSocket API. */
export function binanceSpot({ config, addresses, credentials, nowMs }: SpotOptions): RealVenue {
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
    (request) => sendRequest(addresses.restUrl, credentials, request, config.timeoutMs),
    nowMs,
  )
  return {
    ...account.orders,
    name: 'binance',
    hasWindow: true,
    amend: null,
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
    stream: (hooks) => openSpotStream(addresses.wsUrl, credentials, account.nowMs, hooks),
  }
}
