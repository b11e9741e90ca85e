import { z } from 'zod'
import { checkedLine, checkedText, checkpointFile } from '#lib/journal/checked-file.ts'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import { journalFolder } from '#lib/journal/log-files.ts'
import { isThere, replaceFile } from '#lib/journal/new-file.ts'

const Position = z.object({
  path: z.string(),
  bytes: z.int(),
  /** Of the sealed file before it. */
  chain: z.string(),
})
/** The newest file of a namespace that has something, relative to the log's folder, and its bytes. */
export type Position = z.infer<typeof Position>

const Checkpoint = z.object({
  through: z.int().min(0),
  marks: z.record(
    z.string(),
    z.object({
      fact: z.object({ epoch: z.int(), n: z.int() }).nullable(),
      answer: z.object({ cause: z.int(), n: z.int() }).nullable(),
    }),
  ),
  files: z.record(z.string(), Position),
})

/** All events up to `through` are durable in topic files, as long as these were then. */
export type Checkpoint = z.infer<typeof Checkpoint>

/** Replaces the checkpoint before, or leaves it, whenever the process dies. */
export function writeCheckpoint(disk: LogDisk, folder: string, checkpoint: Checkpoint): void {
  // Not its folder: the one before is as true, only less, and segments that are gone make it worthless.
  replaceFile(disk, checkpointFile(folder), checkedText(checkpoint), { file: 'checkpoint.file' })
}

/** Null when there is none that can be believed: then the topic files say what it would have. */
export function readCheckpoint(disk: Pick<ReadDisk, 'openToRead'>, folder: string): Checkpoint | null {
  const line = checkedLine(disk, checkpointFile(folder))
  if (line === null || line === undefined) return null
  const parsed = Checkpoint.safeParse(JSON.parse(line))
  return parsed.success ? parsed.data : null
}

/** For good: what it says of the topic files holds no longer. */
export function removeCheckpoint(disk: LogDisk, folder: string): void {
  if (!isThere(disk, checkpointFile(folder))) return
  disk.remove(checkpointFile(folder))
  disk.syncFolder(journalFolder(folder), 'removal.folder')
}
