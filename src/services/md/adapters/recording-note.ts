import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { readJsonFile } from '#lib/files/read-json-file.ts'
import { writeWholeFile } from '#lib/files/write-whole-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** What a folder of `trader md record` says of itself, in recording.json: whose market it is, and how often it was begun. */
const RecordingNote = z.object({
  format: z.literal('trader-recording'),
  venue: z.string(),
  symbols: z.array(z.string()),
  streams: z.array(z.string()),
  keepsRaw: z.boolean(),
  /** Each start is a run: its sessions are named after it. */
  runs: z.int().min(1),
})
export type RecordingNote = z.infer<typeof RecordingNote>

const fileIn = (dir: string): string => join(dir, 'recording.json')

/** Null where there is none. Throws a UserError on what is no note. */
export function readRecordingNote(dir: string): RecordingNote | null {
  const file = fileIn(dir)
  if (!existsSync(file)) return null
  const written = z.object({ crc: z.int(), note: RecordingNote }).safeParse(readJsonFile(file))
  if (!written.success) throw new UserError('is no note of a recording', { file })
  const { crc, note } = written.data
  if (crc !== crcOf(note)) throw new UserError('is damaged: its checksum is another one', { file })
  return note
}

export const writeRecordingNote = (dir: string, note: RecordingNote): void =>
  writeWholeFile(fileIn(dir), `${JSON.stringify({ note, crc: crcOf(note) }, null, 2)}\n`)

const crcOf = (note: RecordingNote): number => crc32(JSON.stringify(note))
