import type { MarketFact, MarketTopic } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import type { Decoder, Depth, Quote, Sink, Trade } from './decoder.ts'
import { followBooks } from './follow-books.ts'
import { followClock } from './follow-clock.ts'
import { followNumbers } from './follow-numbers.ts'

export type NormalizerOptions = {
  /** Name of the feed in `md.status`. */
  readonly feed: string
  readonly decoder: Decoder
  /** Will there be a snapshot of this instrument's book? Without one its deltas are told as they come. */
  readonly canWait: (instrument: string) => boolean
  /** All connections are of one session: a second one replaces the first, and while both are open both are read. */
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
  /** `at` is null where the recording tells no time: then it is the exchange's. */
  read(record: RawRecord, isTimed?: boolean): MarketFact[]
  /** What was recorded at that time is no record. */
  refuse(at: number, fault: string): MarketFact[]
  /** No more will come: what was held back is told. */
  end(): MarketFact[]
}

export type Tell = (statement: Statement<MarketTopic>, receivedAt?: number) => void
export type Flag = (
  state: 'refused' | 'flagged' | 'cleared',
  code: NonNullable<PayloadOf<'md.status'>['code']>,
  what: { readonly instrument?: string; readonly stream?: string; readonly reason: string },
) => void

export function startNormalizer(options: NormalizerOptions): Normalizer {
  const { feed, decoder, keepsPartialBars } = options
  let facts: MarketFact[] = []
  let now = 0
  let receivedAt = 0
  /** While a connection is replaced both are read, and what the new one repeats is no fault. */
  const open = new Set<string>()
  let primary = ''
  let current = ''

  const isReplacing = () => options.isOneSession === true && open.size > 1

  const tell: Tell = (statement, received = receivedAt) => {
    const { topic, payload } = statement
    if ('exchangeAt' in payload && payload.exchangeAt !== undefined && received === now)
      compareClocks(payload.exchangeAt, received)
    const isHeldBack = received !== now && (topic === 'md.tick' || topic === 'md.depth' || topic === 'md.option.tick')
    facts.push({ at: now, topic, payload: isHeldBack ? { ...payload, receivedAt: received } : payload } as MarketFact)
  }
  const status = (payload: Omit<PayloadOf<'md.status'>, 'feed' | 'isSimulated'>) =>
    tell({ topic: 'md.status', payload: { feed, isSimulated: false, ...payload } })
  const flag: Flag = (state, code, what) => {
    if (!isReplacing() || (code !== 'repeated' && code !== 'late')) status({ state, code, ...what })
  }
  const books = followBooks({ ...options, tell, flag, now: () => now, received: () => receivedAt })
  const numbers = followNumbers(tell, flag, isReplacing)
  const compareClocks = followClock(status)

  const sink: Sink = {
    say(statement) {
      if (statement.topic === 'md.bar' && statement.payload.isPartial === true && !keepsPartialBars) return
      // Nothing tells whether it was said on the other connection too.
      if (isReplacing() && current !== primary) return
      tell(statement)
    },
    trade: (trade: Trade, stream, number, isOfMarket = true) => numbers.trade(trade, stream, number, isOfMarket),
    quote(quote: Quote, stream) {
      if (numbers.quote(quote, stream)) books.onQuote(quote)
    },
    depth: (depth: Depth, stream) => books.onDepth(depth, stream),
    listing(listed) {
      options.onListing?.(listed)
      if (options.listingOf === undefined) return
      const listing = options.listingOf(listed)
      if (listing !== null) return tell({ topic: 'md.instrument', payload: listing })
      const { instrument } = listed
      flag('flagged', 'wrong_instrument', { instrument, reason: 'the venue does not list it, its steps are not known' })
    },
    leaveOut: (reason) => options.onLeftOut?.(reason),
    trouble: (reason) => flag('flagged', 'venue_error', { reason: reason.slice(0, 300) }),
  }

  function decode(record: RawRecord): void {
    try {
      decoder.read(record, sink)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      refuse(error.message)
    }
  }

  function refuse(fault: string): void {
    options.onBadFrame?.(fault)
    if (options.isStrict !== true) flag('refused', 'bad_frame', { reason: fault.slice(0, 300) })
  }

  return {
    read(record, isTimed = true) {
      facts = []
      receivedAt = record.at
      now = Math.max(now, record.at)
      if (!isTimed) receivedAt = now
      current = record.connection ?? ''
      if (record.kind === 'resumed')
        for (const before of record.numbers) (before.stream === 'depth' ? books : numbers).resume(before)
      if (record.kind === 'opened') {
        open.add(current)
        if (open.size === 1) primary = current
        status({ state: 'connected', connection: record.connection, reason: record.url.slice(0, 300) })
      }
      if (record.kind === 'closed') {
        open.delete(current)
        status({ state: 'disconnected', connection: record.connection, reason: record.reason })
        const [other] = open
        if (primary === current) primary = other ?? ''
        if (other === undefined || options.isOneSession !== true) {
          books.onDisconnect(options.isOneSession === true ? null : current)
          numbers.onDisconnect()
        }
      }
      books.setConnection(current)
      decode(record)
      if (!isTimed) facts = facts.map((fact) => atExchange(fact))
      return facts
    },
    refuse(at, fault) {
      facts = []
      now = Math.max(now, at)
      receivedAt = now
      refuse(fault)
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

  function atExchange(fact: MarketFact): MarketFact {
    const { payload } = fact
    if ('exchangeAt' in payload && payload.exchangeAt !== undefined) now = Math.max(now, payload.exchangeAt)
    return { ...fact, at: now }
  }
}
