import { join } from 'node:path'
import { setInterval } from 'node:timers'
import { BlockFiles, blockFilesIn } from '#lib/files/block-files.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { liveFeed } from './live/live-feed.ts'
import type { LiveWish } from './live/live-venue.ts'
import { rawLine } from './raw/raw-line.ts'
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

/** Writes what a venue says into `<dir>/events`, and the frames into `<dir>/raw`, until the signal. Gives the number of events. */
export async function recordMarket({ venueName, wish, dir, keepsRaw, signal, ...on }: RecordOptions): Promise<number> {
  const { venue, market } = liveVenueNamed(venueName)
  if (blockFilesIn(join(dir, 'events')).length > 0)
    throw new UserError('a recording is in this folder already', { file: dir, hint: 'give it another one' })
  const events = new BlockFiles(join(dir, 'events'))
  const raw = keepsRaw ? new BlockFiles(join(dir, 'raw')) : null
  const flushing = setInterval(() => {
    events.flush()
    raw?.flush()
  }, 1_000)
  let count = 0
  try {
    const feed = liveFeed({
      venue,
      wish: { ...wish, market },
      epoch: 1,
      clock: () => Date.now() * 1000,
      signal,
      onRecord: (record) => raw?.append(rawLine(record), record.at),
    })
    for await (const facts of feed) {
      for (const { at, topic, payload } of facts) {
        events.append(JSON.stringify({ at, topic, payload }), at)
        count++
        if (topic !== 'md.status' || payload.state === 'refused') continue
        on.onStatus([payload.state, payload.code, payload.connection, payload.reason].filter(Boolean).join(' '))
      }
      on.onProgress(count)
    }
  } finally {
    clearInterval(flushing)
    events.close()
    raw?.close()
  }
  return count
}
