import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '#lib/files/sync-folder.ts'

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
  const draft = join(folder, `${fileName}.${process.pid}`)
  writeFileSync(draft, `${randomUUID()}\n`, { flush: true })
  try {
    linkSync(draft, join(folder, fileName))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  syncFolder(folder)
  return ensureRunId(folder)
}

const fileName = 'run.id'
