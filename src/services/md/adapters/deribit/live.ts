import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ConnectionPlan, ListedWishes, LiveVenue, LiveWish, Reply, StreamKind } from '../live/live-venue.ts'
import { isObject, jsonObject, listOf, objectIn, shown } from '../normalize/read-fields.ts'
import { parseNumbersAsText } from '../number-text.ts'
import { listingsOf, namedListing } from './listings.ts'
import { deribit } from './venue.ts'

/** The exchange lets one request, and a connection, have 500 channels; 32 connections are granted to an address. */
const channelsMost = 500

const listed: ListedWishes = {
  symbolsNow(wish, listings, now) {
    const symbols = new Set(wish.symbols.filter((symbol) => underlyingOf(symbol) === null))
    for (const symbol of symbols) instrumentFor(symbol)
    const underlyings = new Set(wish.symbols.flatMap((symbol) => underlyingOf(symbol) ?? []))
    let firstEnd = Number.POSITIVE_INFINITY
    if (underlyings.size === 0) return { symbols: [...symbols], firstEnd }
    for (const { text } of listings)
      for (const [symbol, { kind, underlying = '', expiresAt = 0 }] of listingsOf(listOf(jsonOf(text), 'result'))) {
        if (kind !== 'option' || !underlyings.has(underlying) || expiresAt <= now) continue
        symbols.add(symbol)
        firstEnd = Math.min(firstEnd, expiresAt)
      }
    return { symbols: [...symbols], firstEnd }
  },
  symbolsMost: (wish) =>
    Math.floor((channelsMost - newsOf(wish).length) / new Set(wish.streams.flatMap((one) => channelOf('', one))).size),
  plan(wish, some, number) {
    const channels = some.flatMap((symbol) => wish.streams.flatMap((stream) => channelOf(symbol, stream)))
    const books = wish.streams.includes('depth') ? some : []
    const news = newsOf(wish)
    return {
      name: `deribit-${number}`,
      url: wish.wsUrl ?? 'wss://www.deribit.com/ws/api/v2',
      ...{ streams: [...new Set(channels), ...news], areInUrl: false, news },
      greeting: [call(1, 'public/set_heartbeat', { interval: 10 })],
      books: new Map(
        books.flatMap((symbol) =>
          channelOf(symbol, 'depth').map((stream) => [instrumentFor(symbol), { stream }] as const),
        ),
      ),
    }
  },
}

/** Deribit as it is listened to: channels over JSON-RPC; a book that is subscribed again begins with a snapshot. */
export const liveDeribit: LiveVenue = {
  ...deribit,
  requestsPerMinute: 600,
  rolloverMs: (23 * 60 + 50) * 60_000,
  listingRequests(wish) {
    const currencies = new Set(wish.symbols.map(listedUnder))
    return (currencies.has('any') ? ['any'] : [...currencies]).map((currency) => ({
      url: `${restOf(wish)}/public/get_instruments?currency=${currency}&expired=false`,
      // One in ten seconds is granted.
      weight: 100,
    }))
  },
  connections,
  listed,
  // Three requests of this kind a second are granted: few large ones.
  streamsPerRequest: 250,
  streamOf,
  subscribe: (id, channels) => call(id, 'public/subscribe', { channels }),
  unsubscribe: (id, channels) => call(id, 'public/unsubscribe', { channels }),
  replyIn,
  // Deribit asks for a sign of life every few seconds, and ends the connection without one.
  replyTo: (text) =>
    text.includes('"test_request"')
      ? JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'public/test', params: {} })
      : null,
}

/** Contracts are listed under what they are settled in, which is the coin, or stands behind it: `BTC_USDC-PERPETUAL`. A pair of coins is settled in nothing. */
function listedUnder(symbol: string): string {
  const [, coin = '', settled, isContract] = /^([A-Z0-9]+)(?:_([A-Z0-9]+))?(-)?/.exec(symbol) ?? []
  return isContract === undefined ? 'any' : (settled ?? coin)
}

/** `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC-PERPETUAL.100ms","data":…` */
function streamOf(text: string): string | null {
  if (!text.includes('"method":"subscription"')) return null
  const at = text.indexOf('"channel":"') + 11
  return at < 11 ? null : text.slice(at, text.indexOf('"', at))
}

function replyIn(text: string): Reply | null {
  const { id, error, result } = objectIn(text)
  if (typeof id !== 'number') return null
  if (error === undefined) return { id, refused: null, streams: Array.isArray(result) ? result.map(String) : null }
  const wait = isObject(error) && isObject(error.data) ? Number(error.data.wait) : Number.NaN
  return { id, refused: { reason: shown(error), waitMs: wait > 0 ? wait * 1000 : null }, streams: null }
}

const jsonOf = (text: string) => jsonObject(text, parseNumbersAsText)

/** `BTC-*` are all options on BTC that are settled in it, `BTC_USDC-*` those settled in USDC: what they are on. Null of one symbol. */
function underlyingOf(symbol: string): string | null {
  const [, base, settled] = /^([A-Z0-9]+)(?:_([A-Z0-9]+))?-\*$/.exec(symbol) ?? []
  return base === undefined ? null : `${base}_${settled ?? 'USD'}.DERIBIT`
}

/** Channels that say what is listed, and what has ended. */
const newsOf = ({ symbols }: LiveWish): string[] => {
  const wide = symbols.filter((symbol) => underlyingOf(symbol) !== null)
  return [...new Set(wide.map(listedUnder))].map((currency) => `instrument.state.option.${currency}`)
}

function connections(wish: LiveWish): ConnectionPlan[] {
  const { symbols } = listed.symbolsNow(wish, [], 0)
  const most = listed.symbolsMost(wish)
  return Array.from({ length: Math.ceil(symbols.length / most) }, (_, i) =>
    listed.plan(wish, symbols.slice(i * most, (i + 1) * most), i + 1),
  )
}

/** Without credentials the fastest channels are those of 100 ms. */
function channelOf(symbol: string, stream: StreamKind): string[] {
  switch (stream) {
    case 'trades':
      return [`trades.${symbol}.100ms`]
    case 'quotes':
    case 'funding':
      return [`ticker.${symbol}.100ms`]
    case 'depth':
      return [`book.${symbol}.100ms`]
  }
  throw new UserError(`there are no bars on deribit`, { hint: 'bars are built from trades: name them under bars' })
}

const call = (id: number, method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

const restOf = ({ restUrl }: LiveWish): string => `${restUrl?.replace(/\/$/, '') ?? 'https://www.deribit.com'}/api/v2`

function instrumentFor(symbol: string): string {
  try {
    return namedListing(symbol).instrument
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    throw new UserError(`not a symbol of deribit: ${symbol}`, {
      hint: 'its own are like BTC-PERPETUAL or BTC-30JUL21-24000-P; BTC-* are all options on BTC',
    })
  }
}
