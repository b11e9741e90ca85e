import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { makeFolder } from '#lib/files/make-folder.ts'
import { newWholeFile } from '#lib/files/new-whole-file.ts'
import { journalSegments, namespacesIn } from '#lib/journal/log-files.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The id of the run in a log's folder; null where no log process has begun one. Throws a UserError where it is not what was written. */
export function readRunId(folder: string): string | null {
  const file = join(folder, fileName)
  if (!existsSync(file)) return null
  const [, id = '', crc] = /^(\S+) (\S+)\n$/.exec(readFileSync(file, 'utf8')) ?? []
  if (crc !== crcOf(id))
    throw new UserError('is not what was written: no seal of this run can be checked', { file, hint: bringBack })
  return id
}

/**
 * The same, made where there is none: drawn once for a run, whatever its name and keys, durable before it is used. Seals are given under it, so that
 * none of another run holds in this one. Throws a UserError where a log has begun without it.
 */
export function ensureRunId(folder: string): string {
  const known = readRunId(folder)
  if (known !== null) return known
  const file = join(folder, fileName)
  makeFolder(folder)
  if (journalSegments(realDisk, folder).length > 0 || namespacesIn(realDisk, folder).length > 0)
    throw new UserError('is gone: no seal of this run can be checked', { file, hint: bringBack })
  const id = randomUUID()
  newWholeFile(file, `${id} ${crcOf(id)}\n`)
  return ensureRunId(folder)
}

const fileName = 'run.id'
const bringBack = 'bring it back from a copy, or start a run of another name: --run NAME'
const crcOf = (id: string): string => crc32(id).toString(16).padStart(8, '0')
