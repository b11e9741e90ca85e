import { applyDelta, emptyBook, type Level, type OrderBook, topOf } from '#lib/book/order-book.ts'
import { drawBelow, type SeededRandom } from '#lib/market/seeded-random.ts'

/** One thing that an exchange sends: its frame, and what is in it. */
export type BoxFrame = {
  readonly text: string
  readonly update?: { readonly previous: number; readonly last: number; readonly bids: Level[]; readonly asks: Level[] }
  readonly trade?: number
  /** How often the exchange has begun to count anew. */
  readonly era?: number
}

/** What an exchange can be made to do with its numbers: begin anew lower, or leave a thousand out. */
export type NumbersFault = 'restart' | 'jump'
/** No exchange counts so far. */
export const eraSize = 1e14
/** A number of an era, so that numbers of one are never those of another. */
export const eraNumber = (era: number, number: number): number => era * eraSize + number
/** The era of a number that was told: only a market that has begun anew has such low ones. */
export const eraTold = (stream: 'depth' | 'trades', number: number): number =>
  number < (stream === 'depth' ? firstUpdate : firstTrade) ? 1 : 0

/** How an exchange writes what its market does. */
export type Wire = {
  readonly name: string
  readonly instrument: string
  readonly symbol: string
  /** Is the book fetched beside the stream, or does a subscription begin with it? */
  readonly snapshot: 'rest' | 'stream'
  delta(one: { first: number; previous: number; last: number; bids: Level[]; asks: Level[]; ms: number }): string
  trade(one: { id: number; price: string; size: string; isSell: boolean; ms: number }): string
  book(book: OrderBook, last: number, ms: number): string
  readonly listing: string
  /** Where the listing is asked for. */
  readonly listingPath: string
}

export const wires: readonly Wire[] = [binanceWire('spot'), binanceWire('usdm'), deribitWire()]

/** So far above where it begins anew that it is not reached again. */
const firstUpdate = 1_000_000
const firstTrade = 100_000

/** The same market for the same seed, without an end. */
export function* madeMarket(
  wire: Wire,
  random: SeededRandom,
  startMs: number,
): Generator<BoxFrame, void, NumbersFault | undefined> {
  let last = firstUpdate
  let trade = firstTrade
  let middle = 5_000
  let era = 0
  let fault: NumbersFault | undefined
  for (let ms = startMs; ; ms += 20) {
    if (fault === 'restart') {
      era++
      last = 100 + drawBelow(random, 100)
      trade = 5
    } else if (fault === 'jump') {
      last += 1_000
      trade += 1_000
    }
    if (drawBelow(random, 5) === 0) {
      trade++
      const price = (middle / 100).toFixed(2)
      const text = wire.trade({ id: trade, price, size: '0.10', isSell: drawBelow(random, 2) === 0, ms })
      fault = yield { text, trade, era }
      continue
    }
    const first = last + 1 + (wire.name === 'binance' ? 0 : drawBelow(random, 3))
    const previous = last
    last = first + drawBelow(random, 4)
    middle += drawBelow(random, 3) - 1
    const levels = (sign: number): Level[] =>
      Array.from({ length: 1 + drawBelow(random, 3) }, () => [
        ((middle + sign * (1 + drawBelow(random, 20))) / 100).toFixed(2),
        drawBelow(random, 3) === 0 ? '0' : `${1 + drawBelow(random, 90)}.5`,
      ])
    const [bids, asks] = [levels(-1), levels(1)]
    const text = wire.delta({ first, previous, last, bids, asks, ms })
    fault = yield { text, update: { previous, last, bids, asks }, era }
  }
}

function binanceWire(market: 'spot' | 'usdm'): Wire {
  const isSpot = market === 'spot'
  const stream = (name: string, data: object) => JSON.stringify({ stream: `btcusdt@${name}`, data })
  return {
    name: isSpot ? 'binance' : 'binance-usdm',
    instrument: isSpot ? 'BTCUSDT.BINANCE' : 'BTCUSDT-PERP.BINANCE',
    symbol: 'BTCUSDT',
    snapshot: 'rest',
    delta: ({ first, previous, last, bids, asks, ms }) =>
      stream('depth@100ms', {
        ...{ e: 'depthUpdate', E: ms, ...(isSpot ? {} : { T: ms }), s: 'BTCUSDT', U: first, u: last },
        ...(isSpot ? {} : { pu: previous }),
        ...{ b: bids, a: asks },
      }),
    trade: ({ id, price, size, isSell, ms }) =>
      stream('trade', { e: 'trade', E: ms, s: 'BTCUSDT', t: id, p: price, q: size, T: ms, m: isSell, M: true }),
    book: (book, last, ms) =>
      JSON.stringify({ lastUpdateId: last, ...(isSpot ? {} : { E: ms, T: ms }), ...topOf(book, 1000) }),
    listingPath: isSpot ? '/api/v3/exchangeInfo' : '/fapi/v1/exchangeInfo',
    listing: JSON.stringify({
      symbols: [
        {
          ...{ symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', status: 'TRADING' },
          ...(isSpot
            ? { isSpotTradingAllowed: true }
            : { contractType: 'PERPETUAL', marginAsset: 'USDT', pair: 'BTCUSDT' }),
          filters: [
            { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
            { filterType: 'LOT_SIZE', stepSize: '0.10000000' },
          ],
        },
      ],
    }),
  }
}

function deribitWire(): Wire {
  const name = 'BTC-PERPETUAL'
  const notify = (channel: string, data: string) =>
    `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
  const levels = (side: readonly Level[], action?: string) =>
    `[${side.map(([price, size]) => `["${action ?? (Number(size) === 0 ? 'delete' : 'change')}",${price},${Number(size) === 0 ? '0.0' : size}]`).join()}]`
  return {
    name: 'deribit',
    instrument: 'BTC-PERPETUAL.DERIBIT',
    symbol: name,
    snapshot: 'stream',
    delta: ({ previous, last, bids, asks, ms }) =>
      notify(
        `book.${name}.100ms`,
        `{"type":"change","timestamp":${ms},"prev_change_id":${previous},"instrument_name":"${name}","change_id":${last},"bids":${levels(bids)},"asks":${levels(asks)}}`,
      ),
    trade: ({ id, price, size, isSell, ms }) =>
      notify(
        `trades.${name}.100ms`,
        `[{"trade_seq":${id},"trade_id":"${id}","timestamp":${ms},"price":${price},"amount":${size},"direction":"${isSell ? 'sell' : 'buy'}","instrument_name":"${name}"}]`,
      ),
    book(book, last, ms) {
      const { bids, asks } = topOf(book, 1000)
      return notify(
        `book.${name}.100ms`,
        `{"type":"snapshot","timestamp":${ms},"instrument_name":"${name}","change_id":${last},"bids":${levels(bids, 'new')},"asks":${levels(asks, 'new')}}`,
      )
    },
    listingPath: '/api/v2/public/get_instruments',
    listing: `{"jsonrpc":"2.0","result":[{"instrument_name":"${name}","tick_size":0.01,"min_trade_amount":0.1,"contract_size":1.0,"kind":"future","settlement_period":"perpetual"}]}`,
  }
}

/** A book as the exchange itself keeps it. */
export function trueBook() {
  const book = emptyBook()
  let last = firstUpdate
  let era = 0
  return {
    book,
    get last() {
      return last
    },
    /** The newest update, with its era. */
    get newest() {
      return eraNumber(era, last)
    },
    /** Begins at a book that was put in. */
    begin(at: number): void {
      last = at
    },
    apply({ update, era: of = 0 }: BoxFrame): void {
      if (update === undefined) return
      era = of
      applyDelta(book, update.bids, update.asks)
      last = update.last
    },
  }
}
