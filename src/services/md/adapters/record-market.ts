import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setInterval } from 'node:timers'
import { BlockFiles } from '#lib/files/block-files.ts'
import { makeFolder } from '#lib/files/make-folder.ts'
import { newestLinesIn } from '#lib/files/newest-lines.ts'
import { blockFilesIn } from '#lib/files/read-blocks.ts'
import { lockFolder } from '#lib/journal/lock-folder.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { feedStatus } from './feed-status.ts'
import { liveFeed } from './live/live-feed.ts'
import type { LiveWish } from './live/live-venue.ts'
import { keepRaw } from './raw/raw-keeper.ts'
import type { RawRecord } from './raw/raw-record.ts'
import { recordedLine } from './rebuild.ts'
import { type RecordingNote, readRecordingNote, writeRecordingNote } from './recording-note.ts'
import { liveVenueNamed } from './venues.ts'

export type RecordOptions = {
  readonly venueName: string
  readonly wish: Omit<LiveWish, 'market'>
  readonly dir: string
  /** Keeps what went over the wire too. */
  readonly keepsRaw: boolean
  readonly signal: AbortSignal
  readonly onProgress: (events: number) => void
  readonly onStatus: (line: string) => void
}

/**
 * Writes what a venue says into `<dir>/events`, and the frames into `<dir>/raw`, until the signal. In a folder where the same was recorded
 * before it goes on. Gives the number of events.
 */
export async function recordMarket(options: RecordOptions): Promise<number> {
  const lock = await lockFolder(options.dir, 'recording')
  try {
    return await record(options)
  } finally {
    await lock.release()
  }
}

async function record({ venueName, wish, dir, keepsRaw, signal, ...on }: RecordOptions): Promise<number> {
  const { venue, market } = liveVenueNamed(venueName)
  const { symbols, streams } = wish
  const note = nextRun(dir, {
    format: 'trader-recording',
    ...{ venue: venueName, symbols: [...symbols], streams: [...streams], keepsRaw, runs: 1 },
  })
  const raw = keepsRaw ? keepRaw(join(dir, 'raw')) : null
  // Frames first: what is an event on the disk can be derived again.
  const events = new BlockFiles(join(dir, 'events'), async () => raw?.flush())
  const flushing = setInterval(() => events.flush(), 1_000)
  let count = 0
  const write = (fact: MarketFact) => {
    events.append(recordedLine(fact), fact.at)
    count++
  }
  const clock = forwardMicros()
  try {
    const onRecord = (record: RawRecord) => raw?.take(record) ?? events.full()
    const tellAgain = newestLinesIn(join(dir, 'events'), (file, offset) =>
      on.onStatus(`${file}: the block at byte ${offset} is damaged: what it told is not known`),
    )
    const feed = liveFeed({ venue, wish: { ...wish, market }, epoch: note.runs, clock, signal, onRecord, tellAgain })
    for await (const facts of feed) {
      if (count === 0) writeRecordingNote(dir, note)
      for (const fact of facts) {
        write(fact)
        if (fact.topic === 'md.status' && fact.payload.state !== 'refused') on.onStatus(statusText(fact))
      }
      on.onProgress(count)
    }
    write({ at: clock(), ...feedStatus(venue.name, { state: 'ended' }) })
  } finally {
    clearInterval(flushing)
    const closing = [events.close(), raw?.close()]
    // Each comes to its end, though the other cannot be written.
    await Promise.allSettled(closing)
    await Promise.all(closing)
  }
  return count
}

/** Throws a UserError where something else was recorded in the folder. */
function nextRun(dir: string, wanted: RecordingNote): RecordingNote {
  const before = readRecordingNote(dir)
  if (before === null) {
    if (existsSync(join(dir, 'events')) && blockFilesIn(join(dir, 'events')).length > 0)
      throw new UserError('a recording without its recording.json is in this folder', { file: dir })
    makeFolder(dir)
    return wanted
  }
  const { runs } = before
  if (JSON.stringify({ ...before, runs: 1 }) === JSON.stringify(wanted)) return { ...wanted, runs: runs + 1 }
  throw new UserError('a recording of something else is in this folder already', {
    file: dir,
    hint: `it is of ${before.venue}, ${before.symbols.join(',')}, ${before.streams.join(',')}${before.keepsRaw ? ', with raw frames' : ''}`,
  })
}

const statusText = ({ payload }: MarketFact<'md.status'>): string =>
  [payload.state, payload.code, payload.connection, payload.reason].filter(Boolean).join(' ')
