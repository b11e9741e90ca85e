import { basename, dirname, join } from 'node:path'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import { segmentName } from '#lib/journal/log-files.ts'
import { replaceFile } from '#lib/journal/new-file.ts'

export type Torn = { readonly file: string; readonly copy: string; readonly bytes: number }
type End = { readonly path: string; readonly bytes: number }

/** Copies what is behind the offset aside, durable, and cuts it off. */
export function cutTornTail(disk: LogDisk, path: string, offset: number): Torn {
  const names = new Set(disk.list(dirname(path)).map(({ name }) => name))
  let n = 1
  while (names.has(`${basename(path)}.torn-${n}`)) n++
  const copy = `${path}.torn-${n}`
  const file = disk.open(path)
  try {
    const torn = trimZeros(bytesFrom(file, offset, file.size))
    const aside = disk.create(copy)
    try {
      aside.write(torn, 0)
      aside.syncNow('torn.file')
    } finally {
      aside.close()
    }
    disk.syncFolder(dirname(path), 'torn.folder')
    file.truncate(offset)
    return { file: path, copy, bytes: torn.length }
  } finally {
    file.close()
  }
}

/** Puts what may be only in the memory of a kernel into a fresh segment; the log goes on there. */
export function writeSuspectTail(disk: LogDisk, { path, bytes }: End, from: { from: number; seq: number }): End {
  const file = disk.open(path)
  try {
    const suspect = bytesFrom(file, from.from, bytes)
    const fresh = join(dirname(path), segmentName(from.seq))
    replaceFile(disk, fresh, suspect.toString(), { file: 'suspect.file', folder: 'suspect.folder' })
    if (fresh !== path) file.truncate(from.from)
    return { path: fresh, bytes: suspect.length }
  } finally {
    file.close()
  }
}

function bytesFrom(file: { read(buffer: Uint8Array, at: number): number }, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from)
  return bytes.subarray(0, file.read(bytes, from))
}

// A journal is filled with zeros ahead of what is written.
function trimZeros(bytes: Buffer): Buffer {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return bytes.subarray(0, length)
}
