import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { syncFolder } from '#lib/journal/log-disk.ts'
import { journalFolder } from '#lib/journal/log-files.ts'

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
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const text = JSON.stringify(checkpoint)
  const path = pathIn(folder)
  const fd = openSync(`${path}.new`, 'w')
  try {
    writeSync(fd, `${text}\n${crc32(text).toString(16)}\n`)
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${path}.new`, path)
  syncFolder(journalFolder(folder))
}

/** Null when there is none that can be believed: then the topic files say what it would have. */
export function readCheckpoint(folder: string): Checkpoint | null {
  const path = pathIn(folder)
  if (!existsSync(path)) return null
  const [text = '', crc] = readFileSync(path, 'utf8').split('\n')
  if (crc !== crc32(text).toString(16)) return null
  const parsed = Checkpoint.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : null
}
