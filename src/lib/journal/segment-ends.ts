import { hasItsCrc, isFooter, seqAt } from '#lib/journal/line-bytes.ts'
import type { ReadDisk, ReadFile } from '#lib/journal/log-disk.ts'
import { isPacked } from '#lib/journal/log-files.ts'
import { durableIn, followingIn } from '#lib/journal/log-line.ts'
import { PackedFile } from '#lib/journal/packed-file.ts'
import { readFooter, type SegmentFooter } from '#lib/journal/segment-footer.ts'

const chunkBytes = 64 << 10

export type SegmentEnd = {
  readonly lastSeq: number
  /** What the newest event says was durable before it. */
  readonly durable: number
  /** How many events of its group are behind it. */
  readonly following: number
  readonly footer: SegmentFooter | null
  /** Where that event ends. */
  readonly bytes: number
}

/** The newest intact event of a file (0 where there is none), and the footer that it may end in; read from its end. */
export function endOf(disk: ReadDisk, path: string): SegmentEnd {
  const file = openPlain(disk, path)
  try {
    const { size } = file
    for (let length = chunkBytes; ; length *= 4) {
      const from = Math.max(0, size - length)
      const bytes = bytesFrom(file, from)
      const found = lastIn(bytes, from === 0)
      if (found.lastSeq > 0 || from === 0) return { ...found, bytes: from + found.bytes }
    }
  } finally {
    file.close()
  }
}

/** A packed file gives them frame by frame. */
function bytesFrom(file: ReadFile, from: number): Buffer {
  const bytes = Buffer.allocUnsafe(file.size - from)
  let done = 0
  for (let length = -1; length !== 0 && done < bytes.length; done += length)
    length = file.read(bytes.subarray(done), from + done)
  return bytes.subarray(0, done)
}

function openPlain(disk: ReadDisk, path: string): ReadFile {
  const file = disk.openToRead(path)
  return isPacked(path) ? new PackedFile(file, path) : file
}

function lastIn(bytes: Buffer, isWhole: boolean): SegmentEnd {
  let footer: SegmentFooter | null = null
  let isLast = true
  for (let stop = bytes.lastIndexOf(10); stop >= 0; ) {
    const before = stop === 0 ? -1 : bytes.lastIndexOf(10, stop - 1)
    if (before < 0 && !isWhole) break
    const start = before + 1
    const seq = seqAt(bytes, start, stop)
    if (seq > 0 && hasItsCrc(bytes, start, stop)) {
      const line = bytes.toString('utf8', start, stop)
      return { lastSeq: seq, durable: durableIn(line), following: followingIn(line), footer, bytes: stop + 1 }
    }
    if (isLast && isFooter(bytes, start, stop)) footer = readFooter(bytes.toString('utf8', start, stop))
    isLast = false
    stop = before
  }
  return { lastSeq: 0, durable: 0, following: 0, footer, bytes: 0 }
}
