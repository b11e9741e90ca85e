import { loadCcxt, movedTo } from '#lib/market/load-ccxt.ts'

/** What is used of ccxt, which is not installed with trader. Numbers are text: exchanges are made with `number: String`. */
export type CcxtMarket = {
  readonly id: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle?: string
  readonly type: string
  readonly precision: { readonly price?: number | string; readonly amount?: number | string }
  readonly contractSize?: number | string
  readonly expiry?: number | string
  readonly strike?: number | string
  readonly optionType?: string
}

type Pairs = readonly (readonly (number | string)[])[]
export type CcxtExchange = {
  readonly has: Readonly<Record<string, unknown>>
  readonly urls: { api: unknown }
  /** What numbers are made with. */
  number: (text: string) => string | number
  loadHttpProxyAgent(): Promise<unknown>
  readonly timeframes: Readonly<Record<string, unknown>>
  readonly precisionMode: number
  loadMarkets(): Promise<Readonly<Record<string, CcxtMarket>>>
  watchTrades(symbol: string): Promise<readonly object[]>
  watchTicker(symbol: string): Promise<object>
  watchBidsAsks(symbols: readonly string[]): Promise<Readonly<Record<string, object>>>
  watchOrderBook(symbol: string): Promise<{ bids: Pairs; asks: Pairs; timestamp?: number; nonce?: number }>
  watchFundingRate(symbol: string): Promise<object>
  fetchFundingRate(symbol: string): Promise<object>
  watchOHLCV(symbol: string, timeframe: string): Promise<Pairs>
  close(): Promise<unknown>
}

/** An exchange of the library, at other addresses where the wish names some. Throws a UserError where there is none. */
export async function ccxtExchange(
  id: string,
  { wsUrl, restUrl }: { readonly wsUrl?: string | undefined; readonly restUrl?: string | undefined },
  keepAliveMs: number,
): Promise<CcxtExchange> {
  const Exchange = await loadCcxt<CcxtExchange>(id)
  const exchange = new Exchange({ newUpdates: true, enableRateLimit: true, streaming: { keepAlive: keepAliveMs } })
  exchange.number = String
  // It wants an agent of its own for sockets without TLS.
  if (wsUrl?.startsWith('ws:') === true) await exchange.loadHttpProxyAgent()
  exchange.urls.api = movedTo(exchange.urls.api, wsUrl, restUrl)
  return exchange
}
