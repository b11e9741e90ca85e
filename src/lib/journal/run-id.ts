import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newWholeFile } from '#lib/files/new-whole-file.ts'

/** The id of the run in a log's folder; null where no log process has begun one. */
export function readRunId(folder: string): string | null {
  const path = join(folder, fileName)
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : null
}

/**
 * The same, made where there is none: drawn once for a run, whatever its name and keys, durable before it is used. Seals are given under it, so that
 * none of another run holds in this one.
 */
export function ensureRunId(folder: string): string {
  const known = readRunId(folder)
  if (known !== null) return known
  mkdirSync(folder, { recursive: true })
  newWholeFile(join(folder, fileName), `${randomUUID()}\n`)
  return ensureRunId(folder)
}

const fileName = 'run.id'
