import { parseBarInterval } from '#lib/bars/bar-interval.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { feedStatus } from '../feed-status.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import type { Decoder, Sink, Venue } from '../normalize/decoder.ts'
import { type Frame, isObject, jsonObject, listOf, objectOf, shown, text } from '../normalize/read-fields.ts'
import { parseNumbersAsText } from '../number-text.ts'
import { barOf, bookOf, fundingOf, optionTickOf, quoteOf, tradeOf } from './frames.ts'
import { ccxtListing, listingsOf } from './listings.ts'

/**
 * Every exchange that the library ccxt listens to, as `ccxt-<its id there>`. A frame is what ccxt told: `{"watch":"trades","symbol":"BTC/USD",
 * "trades":[…]}` and the like. What it cannot tell, lost messages, is said in a status.
 */
export const ccxt: Venue = {
  name: 'ccxt',
  isNamed: (name) => /^ccxt-[a-z0-9]{1,40}$/.test(name),
  marketOf: (name) => name.slice('ccxt-'.length),
  openDecoder: ({ market = 'ccxt' }) => openDecoder(market),
}

/** A trade that is told again after a new connection is among the newest. */
const recentMost = 1_000

function openDecoder(exchange: string): Decoder {
  const seen = new Map<string, Listed>()
  const blind = new Set<string>()
  const recent = new Map<string, Set<string>>()
  const open = new Map<string, PayloadOf<'md.bar'>>()
  let listings: ReadonlyMap<string, Listed> = new Map()
  let books = 0

  function listed(symbol: string, sink: Sink): Listed {
    const known = seen.get(symbol)
    if (known !== undefined) return known
    const listing = listings.get(symbol) ?? ccxtListing(symbol, exchange)
    seen.set(symbol, listing)
    sink.listing(listing)
    return listing
  }

  /** Once for each stream: lost messages do not show in it. */
  function sayBlind({ instrument }: Listed, stream: string, isAsked: boolean, sink: Sink): void {
    const key = `${stream} ${instrument}`
    if (blind.has(key)) return
    blind.add(key)
    const reason = isAsked
      ? `ccxt does not listen to ${stream} of ${exchange}, but asks once a minute: what changes between is not seen`
      : `ccxt tells no sequence of ${exchange}: what is lost between two messages cannot be seen`
    sink.say(feedStatus('ccxt', { instrument, stream, reason, state: 'flagged', code: 'no_sequence' }))
  }

  function readTrades(body: Frame, { instrument }: Listed, sink: Sink): void {
    const trades = listOf(body, 'trades').map((trade) => {
      if (!isObject(trade)) throw new LineFault(`a trade is ${shown(trade)}`)
      return tradeOf(trade, instrument)
    })
    for (const trade of trades) {
      if (trade.tradeId === undefined || isNew(instrument, trade.tradeId)) sink.trade(trade, 'trades', null)
      else sink.leaveOut('trades that were told before')
    }
  }

  function isNew(instrument: string, id: string): boolean {
    const ids = recent.get(instrument) ?? new Set()
    recent.set(instrument, ids)
    if (ids.has(id)) return false
    ids.add(id)
    if (ids.size > recentMost) ids.delete(ids.values().next().value as string)
    return true
  }

  /** A bar is over when the next one has begun. */
  function readBars(body: Frame, { instrument }: Listed, sink: Sink) {
    const interval = text(body.timeframe, 'timeframe')
    const width = /^[1-9]\d{0,3}[smhd]$/.test(interval) ? parseBarInterval(interval) : null
    if (width?.kind !== 'time') return sink.leaveOut('bars of weeks and months')
    const bars = listOf(body, 'bars').map((candle) => barOf(candle, instrument, interval, width.widthUs))
    for (const bar of bars) {
      const before = open.get(`${interval} ${instrument}`)
      if (before !== undefined && before.start > bar.start) continue
      if (before !== undefined && before.start < bar.start) sink.say({ topic: 'md.bar', payload: before })
      open.set(`${interval} ${instrument}`, bar)
    }
  }

  function readFrame(body: Frame, sink: Sink): void {
    const listing = listed(text(body.symbol, 'symbol'), sink)
    const { instrument, kind } = listing
    const stream = text(body.watch, 'watch')
    if (stream === 'trades') readTrades(body, listing, sink)
    else if (stream === 'quotes') {
      const ticker = objectOf(body, 'ticker')
      if (kind === 'option') sink.say({ topic: 'md.option.tick', payload: optionTickOf(ticker, instrument) })
      else sink.quote(quoteOf(ticker, instrument), stream)
    } else if (stream === 'depth') {
      const book = objectOf(body, 'book')
      // Nonces are no sequence everywhere, and begin anew where the exchange likes: books are counted.
      sink.depth(bookOf(book, instrument, ++books), stream)
    } else if (stream === 'funding')
      sink.say({ topic: 'md.funding', payload: fundingOf(objectOf(body, 'funding'), instrument) })
    else if (stream === 'bars') readBars(body, listing, sink)
    else throw new LineFault(`watch is ${shown(stream)}`)
    sayBlind(listing, stream, body.isAsked === true, sink)
  }

  return {
    rule: { repeatsLast: false, isSnapshotInStream: true, countsSnapshots: true },
    read(record, sink) {
      if (record.kind !== 'frame' && record.kind !== 'answer') return
      const body = jsonObject(record.text, parseNumbersAsText)
      if (record.kind === 'frame') readFrame(body, sink)
      else listings = listingsOf(body, exchange)
    },
  }
}
