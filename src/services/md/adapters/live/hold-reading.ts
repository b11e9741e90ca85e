import type { RawRecord } from '../raw/raw-record.ts'
import type { RunningSession } from './run-session.ts'

export type HoldOptions = {
  readonly sessions: ReadonlyMap<string, RunningSession>
  /** Too much waits to be taken. */
  readonly isFull: () => boolean
  readonly onRecord?: (record: RawRecord) => Promise<void> | null
  readonly onFailure: (error: Error) => void
}

/** Nothing more is read from a venue while too much waits to be taken, or for the disk. [MD-L10] [MD-R1] */
export function holdReading({ sessions, isFull, onRecord, onFailure }: HoldOptions) {
  let isPaused = false
  let waitsForDisk = false
  let room = Promise.withResolvers<void>()

  function follow(): void {
    const isWanted = waitsForDisk || isFull()
    if (!isPaused && !isWanted) return
    if (isWanted && !isPaused) room = Promise.withResolvers()
    if (!isWanted) room.resolve()
    isPaused = isWanted
    // Each time: sessions that have begun since are paused too.
    for (const session of sessions.values()) session.setPaused(isPaused)
  }

  function keep(record: RawRecord): void {
    try {
      const written = onRecord?.(record) ?? null
      if (written === null) return
      waitsForDisk = true
      follow()
      void written.catch(onFailure).then(() => {
        waitsForDisk = false
        follow()
      })
    } catch (error) {
      onFailure(error as Error)
    }
  }

  return {
    /** To be called when what waits to be taken has changed. */
    follow,
    keep,
    /** Null; or done when something is read again. */
    room: () => (isPaused ? room.promise : null),
  }
}
