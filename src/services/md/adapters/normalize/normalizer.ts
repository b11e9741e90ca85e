import type { MarketFact, MarketTopic } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { type FeedStatus, feedStatus } from '../feed-status.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import type { Decoder, Depth, Quote, Sink, Trade } from './decoder.ts'
import { exchangeTimes } from './exchange-times.ts'
import { followBooks } from './follow-books.ts'
import { followClock } from './follow-clock.ts'
import { followListings } from './follow-listings.ts'
import { followNumbers } from './follow-numbers.ts'
import { followQuotes } from './follow-quotes.ts'
import { followSubscriptions } from './follow-subscriptions.ts'
import { newestTimes } from './newest-times.ts'

export type NormalizerOptions = {
  /** Name of the feed in `md.status`. */
  readonly feed: string
  readonly decoder: Decoder
  /** Will there be a snapshot of this instrument's book? Without one its deltas are told as they come. */
  readonly canWait: (instrument: string) => boolean
  /** All connections are of one session: a second one replaces the first, and what it says is told when the first is gone. */
  readonly isOneSession?: boolean
  /** Bars that are still open are told too. */
  readonly keepsPartialBars: boolean
  /** Takes what cannot be read; a `refused` status says it too, unless the reading is strict. */
  readonly onBadFrame?: (message: string) => void
  readonly isStrict?: boolean
  /** Makes the listing that is told before the first price of an instrument; null where too little is known of it. */
  readonly listingOf?: (listed: Listed) => PayloadOf<'md.instrument'> | null
  readonly onListing?: (listed: Listed) => void
  readonly onLeftOut?: (reason: string) => void
  readonly onSnapshotWanted?: (instrument: string) => void
  readonly onSnapshot?: (instrument: string) => void
  /** The book is known again, with nothing missing. */
  readonly onWhole?: (instrument: string) => void
}

/** Turns what went over the wire into canonical facts, in the order in which they may be told. The same records make the same facts. */
export type Normalizer = {
  /** `isTimed` false: its `at` is not when it was received. */
  read(record: RawRecord, isTimed?: boolean): MarketFact[]
  /** What was recorded at that time is no record, or the time of what comes next cannot be believed. */
  refuse(at: number, fault: string, code?: Fault): MarketFact[]
  /** No more will come: what was held back is told. */
  end(): MarketFact[]
}

type Fault = 'bad_frame' | 'bad_time'
export type Tell = (statement: Statement<MarketTopic>, receivedAt?: number) => void
export type Flag = (
  state: 'refused' | 'flagged' | 'cleared' | 'measured',
  code: NonNullable<PayloadOf<'md.status'>['code']>,
  what: { readonly instrument?: string; readonly stream?: string; readonly count?: number; readonly reason: string },
) => void

export function startNormalizer(options: NormalizerOptions): Normalizer {
  const { feed, decoder, keepsPartialBars } = options
  let facts: MarketFact[] = []
  let [now, receivedAt] = [0, 0]
  /** Without receipt times there is no clock to compare the exchange's with. */
  let hasClock = true
  const open = new Set<string>()
  let primary = ''
  let current = ''
  /** What came on a connection that is to replace the primary one: it may be ahead of it. */
  let held: RawRecord[] = []
  /** Until then the connection in the place of another may say what that one has said: this is no fault. */
  let settledAt = 0
  const isSettling = () => now < settledAt
  const newestSaid = newestTimes()

  const isHeld = (record: RawRecord) =>
    options.isOneSession === true && record.kind === 'frame' && current !== primary && open.has(current)

  const tell: Tell = (statement, received = receivedAt) => {
    const { topic, payload } = statement
    if (topic !== 'md.status' && 'instrument' in payload && listings.isUnlisted(payload.instrument)) return
    if (hasClock && 'exchangeAt' in payload && payload.exchangeAt !== undefined && received === now)
      compareClocks(payload.exchangeAt, received)
    const isHeldBack = received !== now && ofPrices.has(topic)
    facts.push({ at: now, topic, payload: isHeldBack ? { ...payload, receivedAt: received } : payload } as MarketFact)
  }
  const status = (said: FeedStatus) => tell(feedStatus(feed, said))
  const flag: Flag = (state, code, what) => {
    if (!isSettling() || !ofRepeats.has(code)) status({ state, code, ...what })
  }
  const books = followBooks({
    ...{ ...options, tell, flag, isSettling },
    ...{ now: () => now, received: () => receivedAt },
  })
  const listings = followListings(options, tell, flag, status)
  const numbers = followNumbers(tell, flag, isSettling)
  const quotes = followQuotes(flag)
  const compareClocks = followClock(status)
  const subscriptions = followSubscriptions(status)
  const times = exchangeTimes((reason) => flag('flagged', 'bad_time', { reason }))
  let recordAt = 0

  /** Without a time of the exchange that cannot be believed. */
  function dated<Payload extends { readonly exchangeAt?: number }>(payload: Payload): Payload {
    if (payload.exchangeAt === undefined || times.isBelieved(payload.exchangeAt, recordAt)) return payload
    const { exchangeAt: _, ...rest } = payload
    return rest as Payload
  }

  const sink: Sink = {
    say(said) {
      // A bar is its time.
      if (said.topic === 'md.bar' && !times.isBarBelieved(said.payload.start, recordAt)) return
      const payload = dated(said.payload as { readonly exchangeAt?: number })
      const statement = payload === said.payload ? said : ({ ...said, payload } as Statement<MarketTopic>)
      if (statement.topic === 'md.bar' && statement.payload.isPartial === true && !keepsPartialBars) return
      if (!isNewToAll(statement) || !isInTime(statement)) return
      // What comes was asked for, also where no answer said so.
      if (statement.topic === 'md.option.tick') subscriptions.hear(statement.payload.instrument)
      tell(statement)
      if (statement.topic === 'md.option.tick') quotes.onSides(statement.payload, 'ticker')
    },
    trade: (trade: Trade, stream, number, isOfMarket = true) => numbers.trade(dated(trade), stream, number, isOfMarket),
    quote(said: Quote, stream) {
      const quote = dated(said)
      if (
        quote.sequence === undefined &&
        !(isNewToAll({ topic: 'md.tick', payload: quote }) && quotes.isInTime(quote, stream))
      )
        return
      if (!numbers.quote(quote, stream)) return
      quotes.onSides(quote, stream)
      books.onQuote(quote)
    },
    depth: (depth: Depth, stream) => books.onDepth(dated(depth), stream),
    listing: listings.listing,
    delisted: listings.delisted,
    subscribed: subscriptions.told,
    leaveOut: (reason) => options.onLeftOut?.(reason),
    trouble: (reason) => flag('flagged', 'venue_error', { reason: reason.slice(0, 300) }),
  }

  /** What has no number is known by its time while a connection is replaced. */
  function isNewToAll(statement: Statement<MarketTopic>): boolean {
    if (open.size < 2 && !isSettling()) return true
    return newestSaid.isNewer(statement) || !isSettling()
  }

  const isInTime = ({ topic, payload }: Statement<MarketTopic>): boolean =>
    (topic !== 'md.option.tick' && topic !== 'md.funding') ||
    quotes.isInTime(payload, topic === 'md.funding' ? 'funding' : 'ticker')

  /** The primary connection is gone: what the one in its place has said that was not told. */
  function catchUp(): void {
    settledAt = now + settleMicros
    for (const record of held.splice(0)) {
      receivedAt = record.at
      decode(record)
    }
  }

  function decode(record: RawRecord): void {
    recordAt = record.at
    times.startRecord()
    try {
      decoder.read(record, sink)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      refuse(error.message)
    }
  }

  function refuse(fault: string, code: Fault = 'bad_frame'): void {
    options.onBadFrame?.(fault)
    const state = code === 'bad_time' ? 'flagged' : 'refused'
    if (options.isStrict !== true) flag(state, code, { reason: fault.slice(0, 300) })
  }

  return {
    read(record, isTimed = true) {
      facts = []
      receivedAt = record.at
      now = Math.max(now, record.at)
      hasClock = isTimed
      if (!isTimed) receivedAt = now
      current = record.connection ?? ''
      if (record.kind === 'resumed')
        for (const before of record.numbers) (before.stream === 'depth' ? books : numbers).resume(before)
      if (record.kind === 'opened') {
        open.add(current)
        if (open.size === 1) primary = current
        else newestSaid.forget()
        status({ state: 'connected', connection: record.connection, reason: record.url.slice(0, 300) })
        subscriptions.opened(current)
      }
      if (record.kind === 'closed') {
        open.delete(current)
        status({ state: 'disconnected', connection: record.connection, reason: record.reason })
        subscriptions.closed(current)
        const [other] = open
        if (primary !== current) held = held.filter(({ connection }) => connection !== current)
        else {
          primary = other ?? ''
          if (other === undefined) settledAt = 0
          else catchUp()
          receivedAt = now
        }
        if (other === undefined || options.isOneSession !== true) {
          books.onDisconnect(options.isOneSession === true ? null : current)
          numbers.onDisconnect()
        }
      }
      books.setConnection(current)
      subscriptions.setConnection(current)
      if (isHeld(record)) held.push(record)
      else decode(record)
      return facts
    },
    refuse(at, fault, code) {
      facts = []
      now = Math.max(now, at)
      receivedAt = now
      refuse(fault, code)
      return facts
    },
    end() {
      facts = []
      receivedAt = now
      books.end()
      numbers.end()
      return facts
    },
  }
}

/** Connections are not that much slower than others. */
const settleMicros = 5_000_000

const ofPrices: ReadonlySet<string> = new Set(['md.tick', 'md.depth', 'md.order', 'md.option.tick'])
const ofRepeats: ReadonlySet<string> = new Set(['repeated', 'late', 'stale_snapshot'])
