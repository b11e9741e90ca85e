import { keepBehind, type Update } from '#lib/book/behind.ts'
import { bookChecksum } from '#lib/book/book-checksum.ts'
import { type BookSync, onDisconnect, onSnapshot, onUpdate, type SyncStep, startSync } from '#lib/book/book-sync.ts'
import { applyDelta, bestAsk, bestBid, emptyBook, isCrossed, loadBook, type OrderBook } from '#lib/book/order-book.ts'
import type { NewestNumber } from '../raw/raw-record.ts'
import type { Decoder, Depth, Quote } from './decoder.ts'
import type { Flag, Tell } from './normalizer.ts'
import { tellGaps } from './tell-gaps.ts'

export type BookOptions = {
  readonly decoder: Pick<Decoder, 'rule'>
  readonly canWait: (instrument: string) => boolean
  readonly onSnapshotWanted?: (instrument: string) => void
  readonly onSnapshot?: (instrument: string) => void
  readonly onWhole?: (instrument: string) => void
  readonly tell: Tell
  readonly flag: Flag
  readonly now: () => number
  readonly received: () => number
  /** A connection is in the place of another, and may say what that one has said. */
  readonly isSettling: () => boolean
}

type Held = Update & { readonly depth: Depth; readonly receivedAt: number }
type Followed = {
  readonly instrument: string
  readonly stream: string
  readonly sync: BookSync<Held>
  readonly book: OrderBook
  /** It is known from a snapshot on. */
  isWhole: boolean
  isFlaggedCrossed: boolean
  isFlaggedStale: boolean
  newestAt: number
  /** When its checksum was told. */
  summedAt: number
  connection: string
}

/** A book that has not changed for so long, while its best prices have, is stale. */
const staleMicros = 10_000_000

/** A changed book has its checksum told so often at most. */
const summedMicros = 1_000_000

/** Books by their sequence numbers: what is told can be applied as it comes; what is lost is a gap; what is crossed or stale is flagged. */
export function followBooks({ decoder, canWait, tell, flag, ...options }: BookOptions) {
  const gaps = tellGaps(tell)
  const books = new Map<string, Followed>()
  const resumed = new Map<string, number>()
  let current = ''

  function bookOf(instrument: string, stream: string): Followed {
    const known = books.get(instrument)
    if (known !== undefined) return known
    const isBlind = !canWait(instrument)
    const followed: Followed = {
      instrument,
      stream,
      sync: startSync(isBlind, resumed.get(instrument)),
      book: emptyBook(),
      isWhole: false,
      isFlaggedCrossed: false,
      isFlaggedStale: false,
      newestAt: 0,
      summedAt: Number.NEGATIVE_INFINITY,
      connection: current,
    }
    if (isBlind)
      flag('flagged', 'no_snapshot', {
        instrument,
        stream,
        reason: 'deltas without a snapshot: the whole book is not known',
      })
    books.set(instrument, followed)
    return followed
  }

  function follow(followed: Followed, step: SyncStep<Held>, snapshot: Depth | null): void {
    const { instrument, stream, book } = followed
    if (step.dropped !== undefined && step.dropped !== 'covered' && step.dropped !== 'unneeded')
      flag('refused', step.dropped, { instrument, stream, reason: `depth ${snapshot?.lastSequence ?? 'update'}` })
    if (step.restarted !== undefined) {
      const { after, at } = step.restarted
      flag('flagged', 'sequence_restarted', { instrument, stream, reason: `depth ${at} after ${after}` })
    }
    if (step.refused !== undefined) gaps.lost(followed, step.refused)
    if (step.opened !== undefined) gaps.opened(followed, step.opened)
    if (followed.sync.early > 0 && (step.apply.length > 0 || step.takesSnapshot === true)) tellEarly(followed)
    if (step.takesSnapshot === true && snapshot !== null) {
      loadBook(book, snapshot.bids, snapshot.asks)
      followed.isWhole = true
      tell({ topic: 'md.depth', payload: summed(followed, snapshot) })
    }
    for (const { depth, receivedAt } of step.apply) {
      applyDelta(book, depth.bids, depth.asks)
      tell({ topic: 'md.depth', payload: summed(followed, depth) }, receivedAt)
    }
    if (step.closed !== undefined) gaps.closed(followed, step.closed, step.closed.how)
    if (step.reopened !== undefined) gaps.opened(followed, step.reopened)
    if (step.apply.length > 0 || step.takesSnapshot === true) afterChange(followed)
    if (step.isSnapshotWanted === true) options.onSnapshotWanted?.(instrument)
    else if (!followed.sync.isWaiting) options.onWhole?.(instrument)
  }

  /** With the checksum of the book behind it, where it is time to say it. [MD-N11] */
  function summed(followed: Followed, depth: Depth): Depth {
    const now = options.now()
    if (!followed.isWhole || (depth.kind === 'delta' && now - followed.summedAt < summedMicros)) return depth
    followed.summedAt = now
    return { ...depth, checksum: bookChecksum(followed.book) }
  }

  /** They are no hole: nothing was told before them. [MD-N5] */
  function tellEarly({ instrument, stream, sync }: Followed): void {
    const count = sync.early
    sync.early = 0
    const where = sync.firstTo >= 0 ? 'are only in it' : 'were given up, and it never came'
    flag('measured', 'no_snapshot', {
      instrument,
      stream,
      count,
      reason: `${count} updates before the first snapshot ${where}`,
    })
  }

  function afterChange(followed: Followed): void {
    const { instrument, stream, book } = followed
    followed.newestAt = options.now()
    if (followed.isFlaggedStale) {
      followed.isFlaggedStale = false
      flag('cleared', 'stale_book', { instrument, stream, reason: 'the book moves again' })
    }
    if (!followed.isWhole || isCrossed(book) === followed.isFlaggedCrossed) return
    followed.isFlaggedCrossed = !followed.isFlaggedCrossed
    const reason = `best bid ${bestBid(book)?.[0]}, best ask ${bestAsk(book)?.[0]}`
    flag(followed.isFlaggedCrossed ? 'flagged' : 'cleared', 'crossed_book', { instrument, stream, reason })
  }

  return {
    /** Updates up to there were told before this start. */
    resume: ({ instrument, number }: NewestNumber) => resumed.set(instrument, number),

    setConnection(of: string): void {
      current = of
    },

    onDepth(depth: Depth, stream: string) {
      const { instrument, lastSequence: last, firstSequence } = depth
      const followed = bookOf(instrument, stream)
      const { sync } = followed
      const previous = depth.previousSequence ?? firstSequence - 1
      const update: Held = { previous, last, at: depth.exchangeAt, depth, receivedAt: options.received() }
      if (options.isSettling() && !sync.isWaiting && last <= (sync.last ?? -1)) {
        if (depth.kind === 'delta') keepBehind(sync, update)
        return
      }
      if (depth.kind === 'snapshot') {
        const step = onSnapshot(followed.sync, last, decoder.rule)
        options.onSnapshot?.(instrument)
        return follow(followed, step, depth)
      }
      followed.connection = current
      follow(followed, onUpdate(followed.sync, update, decoder.rule, canWait(instrument)), null)
    },

    onQuote({ instrument, bid, ask }: Quote): void {
      const followed = books.get(instrument)
      if (followed === undefined || !followed.isWhole || followed.isFlaggedStale) return
      if (options.now() - followed.newestAt < staleMicros) return
      if (bestBid(followed.book)?.[0] === bid && bestAsk(followed.book)?.[0] === ask) return
      followed.isFlaggedStale = true
      flag('flagged', 'stale_book', {
        instrument,
        stream: followed.stream,
        reason: `the book has stood still while the best prices went to ${bid} and ${ask}`,
      })
    },

    /** Of one connection, or of all. */
    onDisconnect(of: string | null): void {
      for (const { connection, instrument, sync } of books.values())
        if ((of === null || connection === of) && canWait(instrument)) onDisconnect(sync)
    },

    /** Updates that wait for a snapshot that never came are told as they are. */
    end(): void {
      for (const followed of books.values()) {
        const { sync, instrument, stream } = followed
        if (sync.early > 0) tellEarly(followed)
        if (sync.held.length === 0) continue
        flag('flagged', 'no_snapshot', { instrument, stream, reason: 'the recording ends before a snapshot that fits' })
        for (const { depth, receivedAt } of sync.held.splice(0)) tell({ topic: 'md.depth', payload: depth }, receivedAt)
      }
    },
  }
}
