import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '#lib/terminal/user-error.ts'
import type { LibrarySource, LibraryVenue } from '../live/library-venue.ts'
import type { StreamKind } from '../live/live-venue.ts'
import { type CcxtExchange, ccxtExchange } from './library.ts'
import { ccxt } from './venue.ts'

/** Levels of a book that are told each time. */
const levelsMost = 50
/** Where funding does not come by itself it is asked for so often. */
const fundingMs = 60_000

/** An exchange as ccxt listens to it: sockets, subscriptions, books and limits of requests are the library's. */
export const liveCcxt: LibraryVenue = {
  ...ccxt,
  async openLibrary(wish, stallMs) {
    const id = wish.market ?? ''
    const exchange = await ccxtExchange(id, wish, stallMs)
    for (const stream of wish.streams) checkStream(exchange, id, stream)
    return {
      listing: () => listingOf(exchange, id, wish.symbols),
      streams: wish.symbols.flatMap((symbol) =>
        wish.streams.map((stream) => ({
          name: `ccxt-${id}-${symbol}-${stream}`.slice(0, 56),
          url: `ccxt:${id}/${stream}`,
          isSteady: stream === 'depth' || stream === 'quotes',
          next: framesOf(exchange, symbol, stream),
        })),
      ),
      codeOf,
      // Everything that waits is told, and asks again over new sockets.
      restart: async () => void (await exchange.close()),
    } satisfies LibrarySource
  },
}

const codeOf: LibrarySource['codeOf'] = ({ name }) => {
  if (name === 'RateLimitExceeded' || name === 'DDoSProtection') return 'rate_limited'
  // The library found a hole in the book, or its checksum wrong, and fetches it again.
  if (name === 'ChecksumError') return 'checksum'
  if (name === 'NotSupported' || name === 'BadSymbol') return 'not_supported'
  return name === 'ExchangeError' ? 'venue_error' : 'http_error'
}

function checkStream({ has, timeframes }: CcxtExchange, id: string, stream: StreamKind): void {
  const width = stream.startsWith('bar:') ? stream.slice('bar:'.length) : null
  const isThere =
    width !== null
      ? has.watchOHLCV === true && Object.hasOwn(timeframes, width)
      : stream === 'quotes'
        ? has.watchBidsAsks === true || has.watchTicker === true
        : stream === 'trades'
          ? has.watchTrades === true
          : stream === 'depth'
            ? has.watchOrderBook === true
            : stream === 'funding' && (has.watchFundingRate === true || isFetched(has.fetchFundingRate))
  if (!isThere) throw new UserError(`ccxt does not listen to ${stream} of ${id}`)
}

/** Some are emulated: asked for with those of all markets. */
const isFetched = (has: unknown): boolean => has === true || has === 'emulated'

/** The markets that are wished for, as text. Throws a UserError on a symbol that is not there. */
async function listingOf(exchange: CcxtExchange, id: string, symbols: readonly string[]): Promise<string> {
  const markets = await exchange.loadMarkets()
  const wanted = symbols.map((symbol) => {
    const market = markets[symbol]
    if (market !== undefined) return market
    throw new UserError(`there is no ${symbol} on ${id}`, { hint: 'symbols are those of ccxt, like BTC/USDT' })
  })
  return JSON.stringify({
    precisionMode: exchange.precisionMode,
    markets: wanted.map(withoutInfo),
  })
}

type Said = { readonly info?: unknown } & object
/** What the exchange itself sent is as long as all the rest. */
const withoutInfo = ({ info: _, ...rest }: Said): object => rest

function framesOf(exchange: CcxtExchange, symbol: string, stream: StreamKind): () => Promise<string> {
  const frame = (said: object) =>
    JSON.stringify({ watch: stream.startsWith('bar:') ? 'bars' : stream, symbol, ...said })
  switch (stream) {
    case 'trades':
      return async () => frame({ trades: await exchange.watchTrades(symbol) })
    case 'quotes':
      return exchange.has.watchBidsAsks === true
        ? async () => frame({ ticker: (await exchange.watchBidsAsks([symbol]))[symbol] })
        : async () => frame({ ticker: await exchange.watchTicker(symbol) })
    case 'depth':
      return async () => {
        const { bids, asks, timestamp } = await exchange.watchOrderBook(symbol)
        // Its sides are arrays of their own kind, and what `slice` makes of them is not whole.
        const best = (side: typeof bids) =>
          Array.from({ length: Math.min(levelsMost, side.length) }, (_, i) => [side[i]?.[0], side[i]?.[1]])
        return frame({ book: { bids: best(bids), asks: best(asks), timestamp } })
      }
    case 'funding': {
      if (exchange.has.watchFundingRate === true)
        return async () => frame({ funding: withoutInfo(await exchange.watchFundingRate(symbol)) })
      let asksAtMs = 0
      return async () => {
        await sleep(Math.max(0, asksAtMs - performance.now()), undefined, { ref: false })
        asksAtMs = performance.now() + fundingMs
        return frame({ isAsked: true, funding: withoutInfo(await exchange.fetchFundingRate(symbol)) })
      }
    }
  }
  const timeframe = stream.slice('bar:'.length)
  return async () => frame({ timeframe, bars: await exchange.watchOHLCV(symbol, timeframe) })
}
