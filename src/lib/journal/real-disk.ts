import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { syncFolder } from '#lib/files/sync-folder.ts'
import { lockFolder } from '#lib/journal/lock-folder.ts'
import { isGone, type LogDisk, type LogFile } from '#lib/journal/log-disk.ts'

/** The disk of this machine. */
export const realDisk: LogDisk = {
  lock: lockFolder,
  list(folder) {
    try {
      const entries = readdirSync(folder, { withFileTypes: true })
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    } catch (error) {
      if (isGone(error)) return []
      throw error
    }
  },
  openToRead: (path) => fileOf(openSync(path, 'r'), path),
  create: (path) => fileOf(openSync(path, 'wx+'), path),
  open: (path) => fileOf(openSync(path, 'r+'), path),
  makeFolder: (path) => mkdirSync(path),
  rename: renameSync,
  usedPercent(folder) {
    const { blocks, bavail } = statfsSync(folder)
    return Math.floor(((blocks - bavail) / Math.max(1, blocks)) * 100)
  },
  remove: (path) => rmSync(path),
  syncFolder: (folder) => syncFolder(folder),
}

const fileOf = (fd: number, path: string): LogFile => ({
  get size() {
    return fstatSync(fd).size
  },
  read(buffer, at) {
    let done = 0
    while (done < buffer.length) {
      const length = readFrom(fd, path, buffer.subarray(done), at + done)
      if (length === 0) break
      done += length
    }
    return done
  },
  write(bytes, at) {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
  },
  sync: (_, isLittle = false) => (isLittle && isQuick ? syncWaiting(fd) : syncAside(fd)),
  syncNow: () => fdatasyncSync(fd),
  truncate: (bytes) => ftruncateSync(fd, bytes),
  close: () => closeSync(fd),
})

function readFrom(fd: number, path: string, buffer: Uint8Array, at: number): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, at)
  } catch (error) {
    // Node names what it cannot open, and not what it cannot read.
    throw Object.assign(error as Error, { path })
  }
}

/** While a disk is slower than that, nobody waits for it: the loop has others to serve. */
const quickMs = 2
let isQuick = true

async function syncWaiting(fd: number): Promise<void> {
  const atMs = performance.now()
  fdatasyncSync(fd)
  isQuick = performance.now() - atMs < quickMs
}

function syncAside(fd: number): Promise<void> {
  const atMs = performance.now()
  return new Promise((resolve, reject) =>
    fdatasync(fd, (error) => {
      isQuick = performance.now() - atMs < quickMs
      if (error === null) resolve()
      else reject(error)
    }),
  )
}
