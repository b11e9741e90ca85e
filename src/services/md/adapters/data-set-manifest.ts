import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readAs } from '#lib/codec/read-as.ts'
import { syncFolder } from '#lib/files/sync-folder.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { InstrumentId, Micros, Sha256 } from '#schemas/primitives.ts'

const Count = z.int().min(0)

/** Where a data set comes from: its contents are a function of this. */
export const Origin = z.object({
  kind: z.enum(['import', 'generated']),
  /** `lean`, `csv`, `raw`, or what was generated. */
  format: z.string(),
  options: z.record(z.string(), z.json()),
  sources: z.array(z.object({ name: z.string(), bytes: Count, sha256: Sha256 })),
})
export type Origin = z.infer<typeof Origin>

/** What a data set's folder says of itself, in manifest.json: there only once everything is written. */
export const DataSetManifest = z.object({
  format: z.literal('trader-data-set'),
  version: z.literal(1),
  origin: Origin,
  isSimulated: z.boolean(),
  events: Count,
  topics: z.record(z.string(), Count),
  firstAt: Micros,
  lastAt: Micros,
  instruments: z.array(
    z.object({
      instrument: InstrumentId,
      events: Count,
      firstAt: Micros,
      lastAt: Micros,
      /** `trade`, `quote` and the widths of its bars, as there is any of them. */
      streams: z.array(z.string()),
    }),
  ),
  leftOut: z.object({ badLines: Count, rows: z.record(z.string(), Count) }),
  /** SHA-256 over seq, id, topic, v, at, source, cause and payload of every event, a line each. */
  contentHash: Sha256,
})
export type DataSetManifest = z.infer<typeof DataSetManifest>

/** Throws a UserError when the folder holds no finished data set. */
export function readManifest(dir: string): DataSetManifest {
  const file = join(dir, 'manifest.json')
  if (!existsSync(file)) {
    const hint = existsSync(join(dir, unfinished))
      ? 'its import was interrupted: run it again to finish it'
      : 'make one with: trader md import, or trader md generate'
    throw new UserError('this folder holds no data set', { file: dir, hint })
  }
  return fileAs(DataSetManifest, file, 'is no manifest of a data set')
}

export const hasManifest = (dir: string): boolean => existsSync(join(dir, 'manifest.json'))

export const writeManifest = (dir: string, manifest: DataSetManifest): void =>
  writeWhole(dir, 'manifest.json', manifest)

/** While a data set is being written its origin stands here, so that only the same import goes on with it. */
const unfinished = 'unfinished.json'
/** What a process that was killed at the very beginning leaves. */
export const unwrittenFile = `${unfinished}.new`
export const unfinishedFile = (dir: string): string => join(dir, unfinished)

export function readUnfinished(dir: string): Origin | null {
  const file = unfinishedFile(dir)
  return existsSync(file) ? fileAs(Origin, file, 'does not say what was being imported') : null
}

export const writeUnfinished = (dir: string, origin: Origin): void => writeWhole(dir, unfinished, origin)

function fileAs<T>(schema: z.ZodType<T>, file: string, otherwise: string): T {
  const json = jsonIn(file)
  try {
    return readAs(schema, json)
  } catch (error) {
    throw new UserError(`${otherwise}: ${(error as Error).message}`, { file })
  }
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError(`is not JSON: ${error.message}`, { file })
  }
}

/** There in whole or not at all. */
function writeWhole(dir: string, name: string, value: unknown): void {
  const file = join(dir, name)
  const fd = openSync(`${file}.new`, 'w')
  try {
    writeSync(fd, `${JSON.stringify(value, null, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${file}.new`, file)
  syncFolder(dir)
}
