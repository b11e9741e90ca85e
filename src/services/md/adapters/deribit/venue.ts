import { parseRecurring } from '#lib/codec/recurring-json.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import type { Decoder, DecoderOptions, Sink, Venue } from '../normalize/decoder.ts'
import { type Frame, isObject, jsonObject, listOf, objectOf, shown, text } from '../normalize/read-fields.ts'
import { parseNumbersAsText } from '../number-text.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import { depthOf, fundingOf, optionTickOf, quoteOf, tradeOf } from './frames.ts'
import { listingsOf, namedListing } from './listings.ts'

/** Deribit: options, futures and perpetuals over its JSON-RPC. */
export const deribit: Venue = {
  name: 'deribit',
  isNamed: (name) => name === 'deribit',
  openDecoder,
}

const unreadOfTicker: ReadonlySet<string> = new Set([
  'underlying_index',
  'price_change',
  'low',
  'high',
  'state',
  'settlement_price',
  'min_price',
  'max_price',
  'interest_rate',
  'estimated_delivery_price',
])

const decimalsOfTicker: ReadonlySet<string> = new Set([
  ...['best_bid_price', 'best_bid_amount', 'best_ask_price', 'best_ask_amount', 'last_price', 'mark_price'],
  ...['index_price', 'underlying_price', 'mark_iv', 'bid_iv', 'ask_iv', 'open_interest', 'volume', 'funding_8h'],
])

/** `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.`, of books with their type: a whole one has another form than a change. */
function nameOf(text: string): string {
  const name = text.slice(0, text.indexOf('.', text.indexOf('"channel"')))
  const type = text.indexOf('"type":"', name.length)
  return type < 0 ? name : name + text.slice(type, type + 10)
}

/** Channels of all instruments of a kind name none: `trades.option.BTC.100ms`. */
const kinds = /^(?:any|future|option|spot|future_combo|option_combo|combo)\./

/** Throws a LineFault where a channel is of another instrument. Gives where its name ends. */
function checkName(channel: string, start: number, name: unknown): number {
  const known = text(name, 'instrument_name')
  const end = start + known.length
  const isOf = channel.startsWith(known, start) && (end === channel.length || channel[end] === '.')
  if (!isOf && !(channel.startsWith('trades.') && kinds.test(channel.slice(start))))
    throw new LineFault(`the channel ${shown(channel)} carries ${shown(known)}`)
  return end
}

/** How often it comes is the exchange's: `ticker.BTC-PERPETUAL.100ms` is `ticker.BTC-PERPETUAL`. */
const keyOf = (channel: string): string => channel.split('.', 2).join('.')

function openDecoder({ isOurs = false }: DecoderOptions): Decoder {
  const seen = new Map<string, Listed>()
  const listings = new Map<string, Listed>()
  /** The newest answer to each request for a list. */
  const lists = new Map<string, ReadonlyMap<string, Listed>>()
  /** Of options that were seen: their chains are told whole. */
  const underlyings = new Set<string>()
  /** Requests to unsubscribe, by connection and id: what answers them names what is gone. */
  const leaving = new Set<string>()
  /** What a session of ours asked for; where its first connection was not recorded nobody knows, and all may come. */
  let asked: Set<string> | null = null
  let now = 0
  const parseFrame = parseRecurring({
    parse: parseNumbersAsText,
    isNumberText: true,
    isWordFixed: false,
    unread: unreadOfTicker,
    decimals: decimalsOfTicker,
    nameOf,
  })

  function listed(name: unknown, sink: Sink): Listed {
    const known = seen.get(name as string)
    if (known !== undefined) return known
    const listing = listings.get(name as string) ?? namedListing(text(name, 'instrument_name'))
    tell(name as string, listing, sink)
    const { kind, underlying = '' } = listing
    if (kind !== 'option' || underlyings.has(underlying)) return listing
    underlyings.add(underlying)
    for (const [other, one] of listings) tellOfChain(other, one, sink)
    return listing
  }

  function tell(name: string, listing: Listed, sink: Sink): void {
    seen.set(name, listing)
    sink.listing(listing)
  }

  /** An option that nobody quotes is of the chain as well. */
  function tellOfChain(name: string, listing: Listed, sink: Sink): void {
    const { kind, underlying = '', expiresAt = 0 } = listing
    if (kind === 'option' && underlyings.has(underlying) && expiresAt > now && !seen.has(name))
      tell(name, listing, sink)
  }

  function readList(url: string, list: ReadonlyMap<string, Listed>, sink: Sink): void {
    const gone = [...(lists.get(url) ?? [])].filter(
      ([name, { expiresAt = now + 1 }]) => !list.has(name) && expiresAt > now,
    )
    lists.set(url, list)
    for (const [name] of gone) listings.delete(name)
    const told = gone.flatMap(([name, { instrument }]) => (seen.has(name) ? [instrument] : []))
    if (told.length > 0) sink.delisted(told)
    for (const [name, listing] of list) {
      listings.set(name, listing)
      // What has been told may have new terms, or be listed only now.
      if (seen.has(name)) sink.listing(listing)
      else tellOfChain(name, listing, sink)
    }
  }

  function readNotification(channel: string, data: unknown, sink: Sink) {
    const dot = channel.indexOf('.')
    const kind = dot < 0 ? channel : channel.slice(0, dot)
    if (asked?.has(keyOf(channel)) === false) throw new LineFault(`the channel ${shown(channel)} was not asked for`)
    if (kind === 'trades') {
      if (!Array.isArray(data)) throw new LineFault('the trades are no list')
      const trades = data.map((trade) => {
        if (!isObject(trade)) throw new LineFault(`a trade is ${shown(trade)}`)
        checkName(channel, dot + 1, trade.instrument_name)
        return tradeOf(trade, listed(trade.instrument_name, sink).instrument)
      })
      for (const trade of trades) sink.trade(trade, 'trades', trade.sequence)
      return
    }
    if (kind !== 'ticker' && kind !== 'book') return sink.leaveOut(`channels of ${kind.slice(0, 40)}`)
    if (!isObject(data)) throw new LineFault(`the data of ${kind} are ${shown(data)}`)
    const name = text(data.instrument_name, 'instrument_name')
    const nameEnd = checkName(channel, dot + 1, name)
    const { instrument, kind: what } = listed(name, sink)
    // Five parts: the best levels, grouped by price, whole each time.
    if (kind === 'book')
      return channel.includes('.', nameEnd + 1)
        ? sink.leaveOut('grouped books')
        : sink.depth(depthOf(data, instrument), 'book')
    if (what === 'option') return sink.say({ topic: 'md.option.tick', payload: optionTickOf(data, instrument) })
    const funding = what === 'perpetual' ? fundingOf(data, instrument) : null
    sink.quote(quoteOf(data, instrument), 'ticker')
    if (funding !== null) sink.say({ topic: 'md.funding', payload: funding })
  }

  function readSent({ text: sent, connection }: RawRecord & { kind: 'sent' }): void {
    if (sent.includes('"public/unsubscribe"')) leaving.add(`${connection} ${jsonObject(sent).id}`)
    if (asked !== null && sent.includes('"public/subscribe"'))
      for (const channel of listOf(objectOf(jsonObject(sent), 'params'), 'channels')) asked.add(keyOf(String(channel)))
  }

  /** An answer to a subscription names the channels that are there. Of what no list has the listing is told with the first price. */
  function readChannels(channels: readonly unknown[], isSo: boolean, sink: Sink): void {
    const names = channels.flatMap((channel) => /^ticker\.([^.]+)\./.exec(String(channel))?.[1] ?? [])
    const known = names.filter((name) => seen.has(name) || listings.has(name))
    sink.subscribed([...new Set(known.map((name) => listed(name, sink).instrument))], isSo)
  }

  function readMessage(body: Frame, connection: string, sink: Sink) {
    if (body.method === 'subscription') {
      const params = objectOf(body, 'params')
      return readNotification(text(params.channel, 'channel'), params.data, sink)
    }
    if (body.method === 'heartbeat') return
    if (body.error !== undefined) return sink.trouble(shown(body.error))
    if (Array.isArray(body.result)) return readChannels(body.result, !leaving.delete(`${connection} ${body.id}`), sink)
    if (body.result === undefined) throw new LineFault('this is no message of Deribit')
  }

  return {
    rule: { repeatsLast: false, isSnapshotInStream: true },
    read(record, sink) {
      now = Math.max(now, record.at)
      if (record.kind === 'frame') readMessage(jsonObject(record.text, parseFrame), record.connection, sink)
      else if (record.kind === 'sent') readSent(record)
      else if (record.kind === 'opened' && isOurs) asked ??= new Set()
      else if (record.kind === 'answer') {
        const body = jsonObject(record.text, parseNumbersAsText)
        if (record.url.includes('get_instruments')) readList(record.url, listingsOf(listOf(body, 'result')), sink)
        else sink.leaveOut('answers')
      }
    },
  }
}
