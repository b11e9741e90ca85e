import { parseRecurring } from '#lib/codec/recurring-json.ts'
import { quoted } from '../decimal-text.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import type { Decoder, Sink, Venue } from '../normalize/decoder.ts'
import { type Frame, isObject, jsonObject, shown } from '../normalize/read-fields.ts'
import { askedStreams } from './asked-streams.ts'
import { barOf, deltaOf, fundingOf, quoteOf, snapshotOf, tradeOf } from './frames.ts'
import { binanceListing, isSymbol, listingsOf } from './listings.ts'
import { type BinanceMarket, marketIn, marketNamed } from './markets.ts'

/** Binance: spot, USD-margined and coin-margined futures, and Binance.US. */
export const binance: Venue = {
  name: 'binance',
  isNamed: (name) =>
    /^binance([-_ .]?(spot|us|usdm|usd-m|usdt-m|futures|fapi|perp|cm|coinm|coin-m|delivery|dapi))?$/.test(name),
  marketOf: marketNamed,
  marketIn,
  openDecoder: ({ market = 'spot', isOurs = false }) => openDecoder(market as BinanceMarket, isOurs),
}

type NamedStream = {
  readonly stream: string
  readonly symbol: string
  readonly kind: string | undefined
  readonly isPartial: boolean
}
/** Beyond what one connection may carry they are hostile. */
const streamsMost = 4_096

function openDecoder(market: BinanceMarket, isOurs: boolean): Decoder {
  const instruments = new Map<string, string>()
  const streams = new Map<string, NamedStream>()
  const parseFrame = parseRecurring({
    parse: JSON.parse,
    isNumberText: false,
    isWordFixed: true,
    unread: new Set(),
    decimals: new Set(['p', 'q', 'b', 'B', 'a', 'A']),
    // `{"stream":"btcusdt@trade"` of combined streams, `{"e":"trade"` of others.
    nameOf: (text) => text.slice(0, text.indexOf(',')),
  })
  const asked = isOurs ? askedStreams() : null
  let listings: ReadonlyMap<string, Listed> = new Map()
  // Most frames are of the symbol and the stream of one just before: comparing text is cheaper than hashing it.
  let newest: { readonly symbol: string; readonly instrument: string } | null = null
  let [last, before]: [NamedStream | null, NamedStream | null] = [null, null]

  function instrumentOf(symbol: unknown, sink: Sink): string {
    if (newest !== null && symbol === newest.symbol) return newest.instrument
    const known = instruments.get(symbol as string)
    if (known !== undefined) {
      newest = { symbol: symbol as string, instrument: known }
      return known
    }
    if (typeof symbol !== 'string' || !isSymbol(symbol)) throw new LineFault(`the symbol is ${shown(symbol)}`)
    const listing = listings.get(symbol) ?? binanceListing(symbol, market)
    instruments.set(symbol, listing.instrument)
    sink.listing(listing)
    return listing.instrument
  }

  function readAnswer(url: string, text: string, sink: Sink): void {
    const body = jsonObject(text)
    const [, path = '', query = ''] = /^[^?]*?\/([a-zA-Z0-9]+)(?:\?(.*))?$/.exec(url) ?? []
    const symbol = new URLSearchParams(query).get('symbol')?.toUpperCase()
    if (path === 'exchangeInfo') {
      listings = listingsOf(body, market)
      // What has been told may have new terms, or be listed only now.
      for (const symbol of instruments.keys()) {
        const listing = listings.get(symbol)
        if (listing !== undefined) sink.listing(listing)
      }
    } else if (path === 'depth' && body.lastUpdateId !== undefined)
      sink.depth(snapshotOf(body, instrumentOf(symbol ?? body.symbol, sink)), 'depth')
    else if (typeof body.code === 'number') sink.trouble(`${url}: ${shown(body.msg)}`)
    else sink.leaveOut(`answers of ${path.slice(0, 40)}`)
  }

  function readFrame(text: string, sink: Sink) {
    const frame = jsonObject(text, parseFrame)
    const stream = typeof frame.stream === 'string' ? frame.stream : null
    if (stream !== null && !isObject(frame.data)) throw new LineFault('a frame of a stream without data')
    const body = stream === null ? frame : (frame.data as Frame)
    asked?.check(stream, body)
    if (body.lastUpdateId !== undefined && stream === null)
      return sink.depth(snapshotOf(body, snapshotInstrument(body, sink)), 'depth')
    const named = stream === null ? null : streamNamed(stream)
    if (named?.isPartial === true) return sink.leaveOut('frames of partial books')
    if (named !== null && typeof body.s === 'string' && named.symbol !== body.s)
      throw new LineFault(`the stream ${quoted(named.stream)} carries the symbol ${quoted(body.s)}`)
    const kind = typeof body.e === 'string' ? body.e : named?.kind
    switch (kind) {
      case 'trade':
      case 'aggTrade': {
        // Futures streams also carry what the exchange itself did: insurance fund and auto-deleveraging.
        const isOfMarket = body.X === undefined || body.X === 'MARKET'
        const trade = tradeOf(body, instrumentOf(body.s, sink), isOfMarket)
        if (!isOfMarket) sink.leaveOut('trades that were not made in the market')
        return sink.trade(trade, kind, trade.sequence, isOfMarket)
      }
      case 'bookTicker':
        return sink.quote(quoteOf(body, instrumentOf(body.s, sink)), 'bookTicker')
      case 'depthUpdate':
        return sink.depth(deltaOf(body, instrumentOf(body.s, sink)), 'depth')
      case 'kline': {
        const bar = barOf(body, instrumentOf(body.s, sink))
        return bar === null ? sink.leaveOut('bars of a month') : sink.say({ topic: 'md.bar', payload: bar })
      }
      case 'markPriceUpdate':
        return sink.say({ topic: 'md.funding', payload: fundingOf(body, instrumentOf(body.s, sink)) })
    }
    if (kind !== undefined) return sink.leaveOut(`frames of ${kind.slice(0, 40)}`)
    if ('result' in body || 'id' in body) return isObject(body.error) ? sink.trouble(shown(body.error)) : undefined
    if (typeof body.code === 'number') return sink.trouble(shown(body.msg))
    throw new LineFault('this is no frame of Binance')
  }

  function streamNamed(stream: string): NamedStream {
    if (last?.stream === stream) return last
    if (before?.stream === stream) [last, before] = [before, last]
    else [last, before] = [streams.get(stream) ?? newStream(stream), last]
    return last as NamedStream
  }

  function newStream(stream: string): NamedStream {
    const [symbol = '', kind] = stream.split('@')
    // The best 5, 10 or 20 levels, whole each time: no part of the sequence.
    const isPartial = /@depth(5|10|20)(@|$)/.test(stream)
    const named = { stream, symbol: symbol.toUpperCase(), kind, isPartial }
    if (streams.size < streamsMost) streams.set(stream, named)
    return named
  }

  /** A snapshot names its symbol on the coin-margined market only; elsewhere it is of the one that the frames before it are of. */
  function snapshotInstrument(body: Frame, sink: Sink): string {
    if (body.symbol !== undefined) return instrumentOf(body.symbol, sink)
    const [only, ...more] = instruments.values()
    if (only === undefined || more.length > 0)
      throw new LineFault('a snapshot without a symbol, and the frames before it do not tell which')
    return only
  }

  return {
    rule: { repeatsLast: market === 'usdm' || market === 'cm', isSnapshotInStream: false },
    read(record, sink) {
      asked?.hear(record)
      if (record.kind === 'answer') readAnswer(record.url, record.text, sink)
      else if (record.kind === 'frame') readFrame(record.text, sink)
    },
  }
}
