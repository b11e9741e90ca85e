import { UserError } from '#lib/terminal/user-error.ts'

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

type Library = {
  readonly default: { readonly pro: Readonly<Record<string, new (options: object) => CcxtExchange>> }
}

const packageName = 'ccxt'
const testedVersion = '4.5.84'

/** An exchange of the library, at other addresses where the wish names some. Throws a UserError where there is none. */
export async function ccxtExchange(
  id: string,
  { wsUrl, restUrl }: { readonly wsUrl?: string | undefined; readonly restUrl?: string | undefined },
  keepAliveMs: number,
): Promise<CcxtExchange> {
  const { pro } = (await library()).default
  const Exchange = Object.hasOwn(pro, id) ? pro[id] : undefined
  if (Exchange === undefined)
    throw new UserError(`ccxt listens to no exchange ${JSON.stringify(id)}`, {
      hint: `it listens to ${Object.keys(pro).slice(0, 8).join(', ')} and ${Object.keys(pro).length - 8} more`,
    })
  const exchange = new Exchange({ newUpdates: true, enableRateLimit: true, streaming: { keepAlive: keepAliveMs } })
  exchange.number = String
  // It wants an agent of its own for sockets without TLS.
  if (wsUrl?.startsWith('ws:') === true) await exchange.loadHttpProxyAgent()
  exchange.urls.api = movedTo(exchange.urls.api, wsUrl, restUrl)
  return exchange
}

async function library(): Promise<Library> {
  try {
    return (await import(packageName)) as Library
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UserError('ccxt is not installed', { hint: `npm install ccxt@${testedVersion}` })
  }
}

/** The same addresses at another host. */
function movedTo(address: unknown, wsUrl: string | undefined, restUrl: string | undefined): unknown {
  if (typeof address === 'string') {
    const host = address.startsWith('ws') ? wsUrl : restUrl
    return host === undefined ? address : address.replace(/^[a-z]+:\/\/[^/]+/, host.replace(/\/$/, ''))
  }
  if (typeof address !== 'object' || address === null) return address
  return Object.fromEntries(Object.entries(address).map(([name, one]) => [name, movedTo(one, wsUrl, restUrl)]))
}
