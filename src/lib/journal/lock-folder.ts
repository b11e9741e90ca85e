import { accessSync, closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from '#lib/files/make-folder.ts'
import { isDiskFull, type Lock } from '#lib/journal/log-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const lockName = 'writer.lock'
const pidName = 'writer.pid'

/**
 * Makes this process the only writer of a folder for as long as it lives. Throws a UserError that names the pid of another one. The lock is
 * SQLite's on a file in the folder: of the file, by whatever path, mount or container it is reached, and gone with its process, however that
 * ends. Node has no lock of its own.
 */
export async function lockFolder(folder: string, what = 'log'): Promise<Lock> {
  makeFolder(folder)
  const path = join(folder, lockName)
  makeEmpty(path)
  const held = new DatabaseSync(path, { timeout: 0 })
  try {
    // Nothing is written to it: no journal either.
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    held.close()
    if (!isBusy(error)) throw new UserError(`cannot be locked: ${(error as Error).message}`, { file: path })
    throw new UserError(`process ${pidIn(folder)} is writing this ${what}`, {
      file: folder,
      hint: `a ${what} has one writer: stop that one first`,
    })
  }
  sayPid(join(folder, pidName))
  return { release: async () => held.close() }
}

// It is not opened where it is there: whoever closes a file lets go of all locks that his process has on it.
function makeEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    accessSync(path, constants.W_OK)
  }
}

/** It only says who it is: a log may be opened while the disk is full. */
function sayPid(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`)
  } catch (error) {
    if (!isDiskFull(error)) throw error
  }
}

const isBusy = (error: unknown): boolean => (error as { errcode?: number }).errcode === 5

function pidIn(folder: string): string {
  try {
    return readFileSync(join(folder, pidName), 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
