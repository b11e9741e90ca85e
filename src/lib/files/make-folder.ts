import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'

/**
 * Makes a folder, and those above it, where it is not there yet. Throws a UserError where there can be none; a full disk and the like as they come.
 * Node's own `recursive` goes round without end where a folder that is there takes no other, as in /proc.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder)) throw noFolder(folder, error)
  }
}

/** What to throw where a folder could not be made. */
export function noFolder(folder: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (ofTheMachine.has(code)) return error
  return new UserError(code === 'EEXIST' ? 'is no folder' : `the folder cannot be made: ${code}`, { file: folder })
}

const ofTheMachine = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'])

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
