import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import { journalFolder } from '#lib/journal/log-files.ts'
import { replaceFile, textOf } from '#lib/journal/new-file.ts'

const Position = z.object({ path: z.string(), bytes: z.int() })
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

/** All events up to `through` are durable in topic files: by namespace the newest file (relative to the log's folder) and its bytes then. */
export type Checkpoint = z.infer<typeof Checkpoint>

const pathIn = (folder: string) => join(journalFolder(folder), 'checkpoint.json')

/** Replaces the checkpoint before, or leaves it, whenever the process dies. */
export function writeCheckpoint(disk: LogDisk, folder: string, checkpoint: Checkpoint): void {
  const text = JSON.stringify(checkpoint)
  // Not its folder: the one before is as true, only less, and segments that are gone make it worthless.
  replaceFile(disk, pathIn(folder), `${text}\n${crc32(text).toString(16)}\n`, { file: 'checkpoint.file' })
}

/** Null when there is none that can be believed: then the topic files say what it would have. */
export function readCheckpoint(disk: LogDisk, folder: string): Checkpoint | null {
  const [text = '', crc] = (textOf(disk, pathIn(folder)) ?? '').split('\n')
  if (text === '' || crc !== crc32(text).toString(16)) return null
  const parsed = Checkpoint.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : null
}
