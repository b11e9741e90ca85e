import { basename, dirname } from 'node:path'
import { isGone, type LogDisk, type LogFile, type Step } from '#lib/journal/log-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Of a log's file: its own folder, those up to the log's, and the one that the log is in. */
const foldersAbove = 4

/** A new file in folders that are made where they are missing; it is durable that they are there. Throws when there is one. */
export function newFile(disk: LogDisk, path: string, step: Step): LogFile {
  makeFolders(disk, dirname(path))
  const file = disk.create(path)
  try {
    syncAbove(disk, path, step)
  } catch (error) {
    // So that it can be made once there is space again.
    file.close()
    disk.remove(path)
    throw error
  }
  return file
}

/** Puts a text in the place of a file's, whole or not at all; durable that it is there only where a step for its folder is named. */
export function replaceFile(disk: LogDisk, path: string, text: string, steps: { file: Step; folder?: Step }): void {
  const fresh = `${path}.new`
  if (isThere(disk, fresh)) disk.remove(fresh)
  const file = disk.create(fresh)
  try {
    file.write(Buffer.from(text), 0)
    file.syncNow(steps.file)
  } finally {
    file.close()
  }
  disk.rename(fresh, path)
  if (steps.folder !== undefined) disk.syncFolder(dirname(path), steps.folder)
}

/** The text of a small file; null where there is none. */
export function textOf(disk: Pick<LogDisk, 'openToRead'>, path: string): string | null {
  try {
    const file = disk.openToRead(path)
    try {
      const bytes = Buffer.alloc(file.size)
      return bytes.toString('utf8', 0, file.read(bytes, 0))
    } finally {
      file.close()
    }
  } catch (error) {
    if (isGone(error)) return null
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new UserError('is a folder, not a file', { file: path })
    throw error
  }
}

export const isThere = (disk: Pick<LogDisk, 'list'>, path: string): boolean =>
  disk.list(dirname(path)).some(({ name }) => name === basename(path))

export function makeFolders(disk: LogDisk, folder: string): void {
  if (folder === dirname(folder) || isThere(disk, folder)) return
  makeFolders(disk, dirname(folder))
  disk.makeFolder(folder)
}

/** Makes the folders of a file durable; also those that were there: who made them may have died before. */
export function syncAbove(disk: LogDisk, path: string, step: Step): void {
  let folder = dirname(path)
  for (let level = 0; level < foldersAbove; level++) {
    disk.syncFolder(folder, step)
    if (folder === dirname(folder)) return
    folder = dirname(folder)
  }
}
