import { UserError } from '#lib/terminal/user-error.ts'
import type { ConnectionPlan, LiveVenue, LiveWish, Reply, StreamKind } from '../live/live-venue.ts'
import { objectIn, shown } from '../normalize/read-fields.ts'
import { binanceListing, isSymbol } from './listings.ts'
import type { BinanceMarket } from './markets.ts'
import { binance } from './venue.ts'

/** Binance as it is listened to: combined streams in the address, books by requests beside them. */
export const liveBinance: LiveVenue = {
  ...binance,
  // The spot market grants 6,000 a minute, the futures 2,400 each.
  requestsPerMinute: 2_400,
  usedHeader: 'x-mbx-used-weight-1m',
  // A connection is ended after 24 hours.
  rolloverMs: (23 * 60 + 50) * 60_000,
  listingRequests(wish) {
    const { rest } = addressesOf(wish)
    return [{ url: `${rest}/exchangeInfo`, weight: 20 }]
  },
  connections,
  // `{"stream":"btcusdt@trade","data":…`
  streamOf: (text) => (text.startsWith('{"stream":"') ? text.slice(11, text.indexOf('"', 11)) : null),
  subscribe: (id, streams) => JSON.stringify({ method: 'SUBSCRIBE', params: streams, id }),
  unsubscribe: (id, streams) => JSON.stringify({ method: 'UNSUBSCRIBE', params: streams, id }),
  replyIn,
}

function replyIn(text: string): Reply | null {
  const { id, error, code, msg } = objectIn(text)
  if (typeof id !== 'number') return null
  const isRefused = error !== undefined || code !== undefined
  return { id, refused: isRefused ? { reason: shown(error ?? msg), waitMs: null } : null, streams: null }
}

/** The exchange ends a connection of more streams than 1,024; many small ones lose less at once. */
const symbolsMost = 100

function connections(wish: LiveWish): ConnectionPlan[] {
  const market = marketOf(wish)
  const { ws, rest } = addressesOf(wish)
  const symbols = wish.symbols.map((symbol) => checkedSymbol(symbol))
  return routesOf(market, wish.streams).flatMap(({ route, streams }) =>
    chunks(symbols, symbolsMost).map((some, i): ConnectionPlan => {
      const names = some.flatMap((symbol) => streams.map((stream) => streamName(symbol, stream, market)))
      const books = streams.includes('depth') ? some : []
      return {
        name: `binance-${market}${route.replace('/', '-')}-${i + 1}`,
        url: `${ws}${route}/stream?streams=${names.join('/')}`,
        ...{ streams: names, areInUrl: true, greeting: [] },
        books: new Map(
          books.map((symbol) => [
            binanceListing(symbol, market).instrument,
            // 5,000 levels of a spot book weigh 250; 1,000 levels are what the futures give.
            { request: { url: `${rest}/depth?symbol=${symbol}&limit=1000`, weight: isFutures(market) ? 20 : 50 } },
          ]),
        ),
      }
    }),
  )
}

/** USD-margined futures have an address for what is fast and one for the rest. */
function routesOf(market: BinanceMarket, streams: readonly StreamKind[]) {
  if (market !== 'usdm') return [{ route: '', streams }]
  const isFast = (stream: StreamKind) => stream === 'depth' || stream === 'quotes'
  return [
    { route: '/public', streams: streams.filter(isFast) },
    { route: '/market', streams: streams.filter((stream) => !isFast(stream)) },
  ].filter((one) => one.streams.length > 0)
}

function streamName(symbol: string, stream: StreamKind, market: BinanceMarket): string {
  const name = symbol.toLowerCase()
  switch (stream) {
    case 'trades':
      return `${name}@${isFutures(market) ? 'aggTrade' : 'trade'}`
    case 'quotes':
      return `${name}@bookTicker`
    case 'depth':
      return `${name}@depth@100ms`
    case 'funding':
      if (!isFutures(market)) throw new UserError(`there is no funding on the market ${market} of binance`)
      return `${name}@markPrice@1s`
  }
  return `${name}@kline_${stream.slice('bar:'.length)}`
}

const isFutures = (market: BinanceMarket): boolean => market === 'usdm' || market === 'cm'
const marketOf = ({ market }: LiveWish): BinanceMarket => (market ?? 'spot') as BinanceMarket

function addressesOf(wish: LiveWish): { readonly ws: string; readonly rest: string } {
  const { ws, rest } = addresses[marketOf(wish)]
  const path = rest.replace(/^https:\/\/[^/]+/, '')
  return {
    ws: wish.wsUrl?.replace(/\/$/, '') ?? ws,
    rest: wish.restUrl === undefined ? rest : `${wish.restUrl.replace(/\/$/, '')}${path}`,
  }
}

const addresses: { readonly [M in BinanceMarket]: { readonly ws: string; readonly rest: string } } = {
  spot: { ws: 'wss://stream.binance.com:9443', rest: 'https://api.binance.com/api/v3' },
  us: { ws: 'wss://stream.binance.us:9443', rest: 'https://api.binance.us/api/v3' },
  usdm: { ws: 'wss://fstream.binance.com', rest: 'https://fapi.binance.com/fapi/v1' },
  cm: { ws: 'wss://dstream.binance.com', rest: 'https://dapi.binance.com/dapi/v1' },
}

function checkedSymbol(symbol: string): string {
  if (isSymbol(symbol)) return symbol
  throw new UserError(`not a symbol of binance: ${symbol}`, { hint: 'its own symbols are like BTCUSDT or BTCUSD_PERP' })
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
