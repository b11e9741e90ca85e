import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** What the log asks of a disk; tests put a failing one in its place. */
export interface LogDisk {
  /** A new file, durable with the folders it is in. Throws when there is one. */
  create(path: string): LogFile
  open(path: string): LogFile
}

export interface LogFile {
  /** Writes all of it, from that byte on. */
  write(bytes: Uint8Array, at: number): void
  sync(): Promise<void>
  truncate(bytes: number): void
  close(): void
}

export const realDisk: LogDisk = {
  create(path) {
    const folder = dirname(path)
    const made = mkdirSync(folder, { recursive: true })
    const fd = openSync(path, 'wx')
    try {
      fdatasyncSync(fd)
      syncFolder(folder)
      // A folder that is new is durable when the one that it is in is.
      for (let at = folder; made !== undefined && at.length >= made.length; at = dirname(at)) syncFolder(dirname(at))
    } catch (error) {
      // So that it can be made once there is space again.
      closeSync(fd)
      rmSync(path)
      throw error
    }
    return fileOf(fd)
  },
  open: (path) => fileOf(openSync(path, 'r+')),
}

/** Makes what a folder names durable: files that were made, renamed or removed. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

const fileOf = (fd: number): LogFile => ({
  write(bytes, at) {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
  },
  sync: () => new Promise((resolve, reject) => fdatasync(fd, (error) => (error === null ? resolve() : reject(error)))),
  truncate: (bytes) => ftruncateSync(fd, bytes),
  close: () => closeSync(fd),
})
