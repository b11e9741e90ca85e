import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from '../line-fault.ts'
import type { ConnectionPlan, LiveVenue, LiveWish, StreamKind } from '../live/live-venue.ts'
import { namedListing } from './listings.ts'
import { deribit } from './venue.ts'

/** Deribit as it is listened to: channels over JSON-RPC; a book that is subscribed again begins with a snapshot. */
export const liveDeribit: LiveVenue = {
  ...deribit,
  requestsPerMinute: 600,
  rolloverMs: (23 * 60 + 50) * 60_000,
  listingRequests(wish) {
    const currencies = [...new Set(wish.symbols.map((symbol) => /^[A-Z0-9]+/.exec(symbol)?.[0] ?? ''))]
    return currencies.map((currency) => ({
      url: `${restOf(wish)}/public/get_instruments?currency=${currency}&expired=false`,
      weight: 1,
    }))
  },
  connections,
  // Deribit asks for a sign of life every few seconds, and ends the connection without one.
  replyTo: (text) =>
    text.includes('"test_request"')
      ? JSON.stringify({ jsonrpc: '2.0', id: 9_000, method: 'public/test', params: {} })
      : null,
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
      subscribe: [
        call(1, 'public/set_heartbeat', { interval: 10 }),
        call(2, 'public/subscribe', { channels: [...new Set(channels)] }),
      ],
      books: new Map(
        books.map(({ symbol, instrument }) => {
          const params = { channels: channelOf(symbol, 'depth') }
          return [instrument, { send: [call(3, 'public/unsubscribe', params), call(4, 'public/subscribe', params)] }]
        }),
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
