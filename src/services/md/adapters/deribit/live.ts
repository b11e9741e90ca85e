import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ConnectionPlan, LiveVenue, LiveWish, Reply, StreamKind } from '../live/live-venue.ts'
import { isObject, objectIn, shown } from '../normalize/read-fields.ts'
import { namedListing } from './listings.ts'
import { deribit } from './venue.ts'

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

const symbolsMost = 100

function connections(wish: LiveWish): ConnectionPlan[] {
  const symbols = wish.symbols.map((symbol) => ({ symbol, instrument: instrumentFor(symbol) }))
  const all: ConnectionPlan[] = []
  for (let from = 0; from < symbols.length; from += symbolsMost) {
    const some = symbols.slice(from, from + symbolsMost)
    const channels = some.flatMap(({ symbol }) => wish.streams.flatMap((stream) => channelOf(symbol, stream)))
    const books = wish.streams.includes('depth') ? some : []
    all.push({
      name: `deribit-${from / symbolsMost + 1}`,
      url: wish.wsUrl ?? 'wss://www.deribit.com/ws/api/v2',
      ...{ streams: [...new Set(channels)], areInUrl: false },
      greeting: [call(1, 'public/set_heartbeat', { interval: 10 })],
      books: new Map(
        books.flatMap(({ symbol, instrument }) => channelOf(symbol, 'depth').map((stream) => [instrument, { stream }])),
      ),
    })
  }
  return all
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
      hint: 'its own are like BTC-PERPETUAL or BTC-30JUL21-24000-P',
    })
  }
}
