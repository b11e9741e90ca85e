import { loadCcxt, movedTo } from '#lib/market/load-ccxt.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Credentials } from '../gateway/credentials.ts'
import type { RealVenueConfig, VenueAddresses } from '../gateway/real-venue-config.ts'

/** What is used of ccxt. Numbers are text: exchanges are made with `number: String`. */
export type CcxtTrader = {
  readonly id: string
  readonly has: Readonly<Record<string, unknown>>
  readonly features: { readonly spot?: Features | null } | null
  readonly requiredCredentials: Readonly<Record<string, boolean>>
  readonly options: Record<string, unknown>
  /** Of the newest answer. */
  readonly last_response_headers?: Readonly<Record<string, string>>
  readonly urls: {
    api: unknown
    readonly test?: unknown
    readonly www?: unknown
    readonly referral?: unknown
    readonly hostnames?: unknown
  }
  readonly hostname?: unknown
  readonly clients: Readonly<Record<string, CcxtSocket>>
  number: (text: string) => string
  /** What it takes for the time. */
  milliseconds: () => number
  client: (url: string) => CcxtSocket
  setSandboxMode(isOn: boolean): void
  loadHttpProxyAgent(): Promise<unknown>
  readonly markets: CcxtMarkets | undefined
  loadMarkets(isAnew: boolean): Promise<CcxtMarkets>
  amountToPrecision(symbol: string, amount: string): string
  priceToPrecision(symbol: string, price: string): string
  fetchTime(): Promise<unknown>
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price: string | undefined,
    params: object,
  ): Promise<unknown>
  cancelOrder(id: string | undefined, symbol: string, params?: object): Promise<unknown>
  fetchOrder(id: string | undefined, symbol: string, params?: object): Promise<unknown>
  fetchOpenOrders(): Promise<unknown>
  fetchOrderTrades(id: string, symbol: string, since: undefined, limit: number): Promise<unknown>
  fetchMyTrades(symbol: string, since: number, limit: number): Promise<unknown>
  fetchBalance(): Promise<unknown>
  watchOrders(): Promise<readonly unknown[]>
  close(): Promise<unknown>
}
type CcxtMarkets = Readonly<Record<string, CcxtMarket>>
type CcxtMarket = {
  readonly id: string
  readonly symbol: string
  readonly spot: boolean
  readonly base: string
  readonly quote: string
}
export type CcxtSocket = {
  isOpen(): boolean
  readonly connection?: { readonly terminate?: () => void }
  readonly subscriptions?: object
  readonly futures: object
  future: (name: string) => Promise<unknown>
}
type Features = {
  readonly createOrder?: {
    readonly timeInForce?: Readonly<Record<string, boolean>>
    readonly marketBuyRequiresPrice?: boolean
  } | null
  readonly fetchOpenOrders?: { readonly symbolRequired?: boolean } | null
}

/** Where ccxt (4.5.84, by its sources) gives an order our id as we write it, and finds it by that. */
const findsByOurId: ReadonlySet<string> = new Set(['binance', 'htx'])
/** Where a request has a time after which the exchange does not take it, that ccxt lets us say. */
const takesWindow: ReadonlySet<string> = new Set(['binance'])

/** Of futures at htx, and not among ccxt's. */
const unnamed = 'hbdm.com'

const needs = [
  'spot',
  'createOrder',
  'cancelOrder',
  'fetchOrder',
  'fetchOpenOrders',
  'fetchOrderTrades',
  'fetchMyTrades',
  'fetchBalance',
  'fetchTime',
  'watchOrders',
]

/** Its listings. A failure is not kept, as ccxt would. */
export const marketsOf = async (exchange: CcxtTrader): Promise<CcxtMarkets> =>
  exchange.markets ?? exchange.loadMarkets(true)

/** What the exchange calls a market of ccxt. */
export const idOf = ({ markets }: Pick<CcxtTrader, 'markets'>, symbol: string): string =>
  markets?.[symbol]?.id ?? symbol

export const hasWindow = ({ id }: CcxtTrader): boolean => takesWindow.has(id)

/** An exchange of ccxt that orders may go to. Throws a UserError that says what it cannot tell surely. [X1] [G18] */
export async function openCcxt(
  { exchange: id = '', environment, timeoutMs }: Pick<RealVenueConfig, 'exchange' | 'environment' | 'timeoutMs'>,
  { restUrl, wsUrl }: VenueAddresses,
  { apiKey, secret, password }: Credentials,
): Promise<CcxtTrader> {
  const Exchange = await loadCcxt<CcxtTrader>(id)
  const exchange = new Exchange({
    apiKey,
    secret,
    ...(password === null ? {} : { password }),
    timeout: timeoutMs,
    // Another server than the exchange's own has limits of its own.
    enableRateLimit: environment !== 'served',
    newUpdates: true,
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
      // A request is sent once.
      maxRetriesOnFailure: 0,
      ws: { backoff: { base: 50, max: 5_000 } },
    },
  })
  exchange.number = String
  hearRejections(exchange)
  const lacks = lackOf(exchange, password)
  if (lacks !== null)
    throw new UserError(`no orders are sent to ${id} through ccxt: ${lacks}`, {
      hint: 'docs/real-venue.md says what it takes',
    })
  if (environment === 'testnet') {
    if (exchange.urls.test === undefined) throw new UserError(`ccxt knows no test network of ${id}`)
    exchange.setSandboxMode(true)
  }
  if (environment !== 'served') return exchange
  const { api, www, referral, hostnames } = exchange.urls
  const known = domainsIn([api, www, referral, hostnames, exchange.hostname, unnamed])
  for (const url of [restUrl, wsUrl])
    if (known.has(domainOf(new URL(url).hostname)))
      throw new UserError(`venue.restUrl and venue.wsUrl: ${url} is ${id} itself`)
  // It wants an agent of its own for sockets without TLS.
  if (wsUrl.startsWith('ws:')) await exchange.loadHttpProxyAgent()
  exchange.urls.api = movedTo(exchange.urls.api, wsUrl, restUrl)
  return exchange
}

/** ccxt lets promises of a socket go that nobody waits for; one that is rejected would end the process. Who waits is told as ever. */
function hearRejections(exchange: CcxtTrader): void {
  const client = exchange.client.bind(exchange)
  const heard = new WeakSet<object>()
  exchange.client = (url) => {
    const socket = client(url)
    if (heard.has(socket)) return socket
    heard.add(socket)
    const future = socket.future.bind(socket)
    socket.future = (name) => {
      const promise = future(name)
      promise.catch(() => undefined)
      return promise
    }
    return socket
  }
}

/** Why an order could be lost or doubled there; null where it could not. */
export function lackOf(
  { id, has, features, requiredCredentials }: Pick<CcxtTrader, 'id' | 'has' | 'features' | 'requiredCredentials'>,
  password: string | null,
): string | null {
  const missing = needs.filter((method) => has[method] !== true)
  if (missing.length > 0) return `ccxt has no ${missing.join(', ')} of it`
  if (features?.spot?.fetchOpenOrders?.symbolRequired === true) return 'it tells open orders of one symbol only'
  if (id === 'binanceus') return 'ccxt opens the stream of its accounts at Binance.com, with its key'
  if (!findsByOurId.has(id))
    return 'ccxt does not find its orders by an id of ours, so that one without an answer could be doubled'
  const others = Object.entries(requiredCredentials)
    .filter(([name, isNeeded]) => isNeeded && name !== 'apiKey' && name !== 'secret')
    .map(([name]) => name)
  if (others.some((name) => name !== 'password')) return `it wants ${others.join(', ')} for keys`
  return others.length > 0 && password === null
    ? 'its key has a password (CCXT_PASSWORD, or "password" in keyFile)'
    : null
}

/** Whose servers an exchange is, by its addresses and names of hosts: where those are one of them with another, the whole domain is. */
function domainsIn(address: unknown): Set<string> {
  if (typeof address === 'string') {
    const host = URL.canParse(address) ? new URL(address).hostname : address
    return new Set(/^[a-z0-9.-]+$/.test(host) ? [domainOf(host)] : [])
  }
  if (typeof address !== 'object' || address === null) return new Set()
  return new Set(Object.values(address).flatMap((one) => [...domainsIn(one)]))
}

/** `huobi.pro` of `api.huobi.pro.`: a name may end in the dot of the root. */
const domainOf = (host: string): string => host.replace(/\.$/, '').split('.').slice(-2).join('.')
