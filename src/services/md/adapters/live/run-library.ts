import { setTimeout as sleep } from 'node:timers/promises'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { SeededRandom } from '#lib/market/seeded-random.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { type FeedStatus, feedStatus } from '../feed-status.ts'
import { startNormalizer } from '../normalize/normalizer.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import { backoffMs } from './backoff-jitter.ts'
import { completeListing } from './complete-listing.ts'
import { followSilence } from './library-silence.ts'
import type { LibrarySource, LibraryStream, LibraryVenue } from './library-venue.ts'
import { dataWithin } from './session-socket.ts'

export type LibraryOptions = {
  readonly venue: LibraryVenue
  readonly market: string | undefined
  readonly source: LibrarySource
  readonly random: SeededRandom
  /** Without a frame of any stream, or of a steady one, for six times as long, all connections are given up. */
  readonly stallMs: number
  readonly signal: AbortSignal
  readonly onRecord?: (record: RawRecord) => void
  /** Null; or what is to be waited for before more is read. */
  readonly room: () => Promise<void> | null
}

/** A stream that lived for so long was a good one: the next attempt begins without a wait. */
const settledUs = 60_000_000
const notRead = 'nothing was read while too much waited'

/** Listens by a library, each stream a session of its own; ends with the signal. Rejects only where nothing can be listed. */
export async function runLibrary(
  { venue, market, source, random, stallMs, signal, onRecord, room }: LibraryOptions,
  clock: () => number,
  take: (facts: readonly MarketFact[]) => void,
): Promise<void> {
  const status = (connection: string, said: FeedStatus) =>
    take([{ at: clock(), ...feedStatus(venue.name, { connection, ...said }) }])
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
  const reasonOf = (error: unknown) => String(error instanceof Error ? error.message : error).slice(0, 200)

  const listing = await listings()
  const silentMs = dataWithin * stallMs
  const silence = followSilence(silentMs * 1000, clock(), status)
  const watching = setInterval(() => {
    const found = silence.look(clock())
    if (found === 'nothing') return
    if (found === 'silence')
      status(venue.name, { state: 'stalled', reason: `no frame of any stream for ${silentMs} ms` })
    void source.restart()
  }, stallMs)
  try {
    await Promise.all(source.streams.map(hear))
  } finally {
    clearInterval(watching)
    await source.restart()
  }

  async function listings(): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await source.listing()
      } catch (error) {
        if (error instanceof UserError || signal.aborted) throw error
        status(venue.name, { state: 'flagged', code: source.codeOf(error as Error), reason: reasonOf(error) })
        await pause(backoffMs(attempt, random))
      }
    }
  }

  async function hear(stream: LibraryStream): Promise<void> {
    const { name, url } = stream
    const decoder = venue.openDecoder({ market })
    const normalizer = startNormalizer({
      ...{ feed: venue.name, decoder, listingOf: completeListing },
      ...{ canWait: () => true, isOneSession: true, keepsPartialBars: false },
    })
    const record = (one: RawRecord) => {
      onRecord?.(one)
      take(normalizer.read(one))
    }
    let number = 1
    let openedAt: number | null = null
    let failures = 0
    record({ kind: 'answer', at: clock(), connection: name, url: `${url}/markets`, text: listing })
    while (!signal.aborted) {
      try {
        const waited = room()
        if (waited !== null) {
          // The library keeps the newest that comes meanwhile, and says nothing of what it drops.
          if (openedAt !== null)
            record({ kind: 'closed', at: clock(), connection: `${name}.${number++}`, reason: notRead })
          openedAt = null
          await aborted(waited)
        }
        const frame = aborted(stream.next())
        if (openedAt === null) {
          // Of what may be silent no error is all that tells that it is there.
          await (stream.isSteady ? frame : Promise.race([frame, pause(silentMs)]))
          signal.throwIfAborted()
          openedAt = clock()
          record({ kind: 'opened', at: openedAt, connection: `${name}.${number}`, url })
        }
        const text = await frame
        const now = clock()
        silence.hear(stream, now)
        record({ kind: 'frame', at: now, connection: `${name}.${number}`, text })
      } catch (error) {
        if (signal.aborted) return
        const reason = reasonOf(error)
        if (openedAt !== null) record({ kind: 'closed', at: clock(), connection: `${name}.${number++}`, reason })
        else status(name, { state: 'flagged', code: source.codeOf(error as Error), reason })
        if (openedAt !== null && clock() - openedAt >= settledUs) failures = 0
        openedAt = null
        await pause(backoffMs(failures++, random))
      }
    }
  }

  function aborted<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  }
}
