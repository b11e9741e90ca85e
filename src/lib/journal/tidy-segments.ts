import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import type { DamagedSegments } from '#lib/journal/damaged-segments.ts'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import { packSegments } from '#lib/journal/pack-segment.ts'
import { type RemoveOptions, removeOld } from '#lib/journal/remove-old.ts'

export type TidyOptions = {
  readonly damaged: DamagedSegments
  /** Segments up to there are durable, and no recovery cuts them. */
  readonly through: number
  /** Null where sealed segments stay as they are. */
  readonly compress: ((bytes: Buffer) => Promise<Buffer>) | null
  /** Null where nothing is removed. */
  readonly retention: Pick<RemoveOptions, 'retention' | 'neededFrom'> | null
  /** The oldest event that somebody is about to read. */
  readonly oldestOpen: () => number
  readonly today: string
  readonly isWanted: () => boolean
}

/** What is done to sealed segments in the background: they are compressed, and removed when they are old, or too much. */
export async function tidySegments(disk: LogDisk, folder: string, options: TidyOptions): Promise<void> {
  const { through, compress, retention, oldestOpen, today, isWanted, damaged } = options
  if (compress !== null && isWanted()) await packSegments(disk, folder, { through, compress, isWanted, damaged })
  const checkpoint = retention === null || !isWanted() ? null : readCheckpoint(disk, folder)
  if (retention === null || checkpoint === null) return
  const neededFrom = (namespace: string) => Math.min(retention.neededFrom(namespace), oldestOpen())
  await removeOld(disk, folder, { retention: retention.retention, neededFrom, today, checkpoint, isWanted, damaged })
}
