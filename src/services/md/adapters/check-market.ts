import { type BookFault, foldDepth } from '#lib/book/book-checksum.ts'
import type { OrderBook } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import { type DepthHole, followDepth } from './depth-holes.ts'

/** One stream of an instrument on one UTC day. Times are microseconds. */
export type StreamDay = {
  readonly day: string
  readonly instrument: string
  readonly stream: string
  events: number
  firstAt: number
  lastAt: number
  /** Gaps that were opened, and how many numbers were missing in all. */
  gaps: number
  missing: number
  /** How many of them are open at the end. */
  open: number
  crossed: number
  stale: number
  refused: number
  /** How many of them were neither a repeat nor a snapshot that was asked for again. */
  unsaid: number
  /** Updates that are only in the first snapshot. */
  early: number
  /** Events whose exchange time is before that of the one before. */
  outOfOrder: number
  /** The exchange's clock ahead of the receipt, at most; negative is the shortest way. */
  aheadMicros: number | null
  longestSilence: number
  /** Events of each part of the day. */
  readonly parts: number[]
}

const partsOfDay = 48

type OpenGap = { readonly day: StreamDay; readonly toSequence: number }

export type Checked = {
  readonly days: StreamDay[]
  readonly timeGoesBack: number
  /** Frames that cannot be read, and times that cannot be believed. */
  readonly badFrames: number
  readonly badTimes: number
  /** Books that are not those of which their checksums are: what is lost or changed since nobody said. Each is looked at again from its next snapshot on. */
  readonly wrongBooks: readonly (BookFault & { readonly at: number })[]
  /** Updates of books that are missing by their numbers, and in no gap. */
  readonly holes: readonly (DepthHole & { readonly at: number })[]
}

/** Looks at every fact once; days in order, streams in the order in which they appear. */
export function checkMarket(facts: Iterable<MarketFact>): Checked {
  const days = new Map<string, StreamDay>()
  const newestExchange = new Map<string, number>()
  const openGaps = new Map<string, OpenGap>()
  const books = new Map<string, OrderBook>()
  const wrongBooks: (BookFault & { readonly at: number })[] = []
  const depthRun = followDepth()
  const holes: (DepthHole & { readonly at: number })[] = []
  let newest = 0
  let timeGoesBack = 0
  let badFrames = 0
  let badTimes = 0

  const dayOf = (instrument: string, stream: string, at: number): StreamDay => {
    const day = new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)
    const key = `${day} ${instrument} ${stream}`
    const known = days.get(key)
    if (known !== undefined) return known
    const counts = { events: 0, gaps: 0, missing: 0, open: 0, crossed: 0, stale: 0, outOfOrder: 0 }
    const unsaid = { refused: 0, unsaid: 0, early: 0 }
    const parts = new Array<number>(partsOfDay).fill(0)
    const one: StreamDay = {
      day,
      instrument,
      stream,
      ...counts,
      ...unsaid,
      firstAt: at,
      lastAt: at,
      aheadMicros: null,
      longestSilence: 0,
      parts,
    }
    days.set(key, one)
    return one
  }

  for (const fact of facts) {
    const { at, topic, payload } = fact
    if (at < newest) timeGoesBack++
    newest = Math.max(newest, at)
    if (topic === 'md.gap') {
      const { instrument, fromSequence, toSequence, state } = payload
      const stream = streamNamed(payload.stream)
      const key = `${instrument} ${stream} ${fromSequence}`
      const gap = openGaps.get(key)
      if (state === 'opened') {
        const day = dayOf(instrument, stream, at)
        day.gaps++
        day.open++
        day.missing += toSequence - fromSequence + 1
        openGaps.set(key, { day, toSequence })
        if (stream === 'depth') depthRun.onGap(instrument, toSequence)
      } else if (gap !== undefined) {
        // Closed on a later day it is still of the one on which it was opened; a snapshot may close more than was known to be missing.
        gap.day.open--
        gap.day.missing += Math.max(0, toSequence - gap.toSequence)
        openGaps.delete(key)
      }
      continue
    }
    if (topic === 'md.status') {
      // What was open when a recorder was killed is not closed by the next one: it is lost.
      if (payload.state === 'started') {
        for (const day of days.values()) day.open = 0
        openGaps.clear()
        depthRun.start()
      }
      if (payload.code === 'bad_frame') badFrames++
      if (payload.code === 'bad_time') badTimes++
      if (payload.instrument === undefined) continue
      const day = dayOf(payload.instrument, streamNamed(payload.stream ?? 'depth'), at)
      if (payload.state === 'refused') day.refused++
      if (payload.state === 'refused' && payload.code !== 'repeated' && payload.code !== 'stale_snapshot') day.unsaid++
      if (payload.code === 'no_snapshot') day.early += payload.count ?? 0
      if (payload.state === 'flagged' && payload.code === 'crossed_book') day.crossed++
      if (payload.state === 'flagged' && payload.code === 'stale_book') day.stale++
      continue
    }
    if (topic === 'md.depth') {
      const fault = foldDepth(books, payload)
      if (fault !== null) wrongBooks.push({ at, ...fault })
      const hole = depthRun.onDepth(payload)
      if (hole !== null) holes.push({ at, ...hole })
    }
    const stream = streamOf(fact)
    if (stream === null || !('instrument' in payload)) continue
    const day = dayOf(payload.instrument, stream, at)
    if (day.events > 0) day.longestSilence = Math.max(day.longestSilence, at - day.lastAt)
    day.events++
    day.lastAt = at
    const part = Math.floor(((at % dayMicros) * partsOfDay) / dayMicros)
    day.parts[part] = (day.parts[part] as number) + 1
    if (!('exchangeAt' in payload) || payload.exchangeAt === undefined) continue
    const received = 'receivedAt' in payload ? (payload.receivedAt ?? at) : at
    day.aheadMicros = Math.max(day.aheadMicros ?? Number.NEGATIVE_INFINITY, payload.exchangeAt - received)
    const key = `${payload.instrument} ${stream}`
    if (payload.exchangeAt < (newestExchange.get(key) ?? 0)) day.outOfOrder++
    newestExchange.set(key, payload.exchangeAt)
  }
  const sorted = [...days.values()].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  return { days: sorted, timeGoesBack, badFrames, badTimes, wrongBooks, holes }
}

function streamOf({ topic, payload }: MarketFact): string | null {
  switch (topic) {
    case 'md.tick':
      return payload.kind === 'trade' ? 'trades' : 'quotes'
    case 'md.depth':
      return 'depth'
    case 'md.order':
      return 'orders'
    case 'md.bar':
      return `bar:${payload.interval}`
    case 'md.option.tick':
      return 'quotes'
    case 'md.funding':
      return 'funding'
    case 'md.split':
    case 'md.instrument':
    case 'md.option.chain.snapshot':
    case 'md.gap':
    case 'md.status':
      return null
  }
}

/** The streams of venues by one name each. */
function streamNamed(stream: string): string {
  if (stream === 'trade' || stream === 'aggTrade') return 'trades'
  if (stream === 'bookTicker' || stream === 'ticker') return 'quotes'
  return stream === 'book' ? 'depth' : stream
}
