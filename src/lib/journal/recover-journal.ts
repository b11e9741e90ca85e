import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { LineFile } from '#lib/journal/line-file.ts'
import { syncFolder } from '#lib/journal/log-disk.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { durableIn } from '#lib/journal/log-line.ts'
import { damaged } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export type Torn = { readonly file: string; readonly copy: string; readonly bytes: number }
export type Recovered = { readonly head: number; readonly lastBytes: number; readonly torn: Torn | null }

/**
 * Reads the journal to its end and gives every line to `fold`. What is torn behind `attested`, the highest seq that is known to have been
 * durable, is copied aside and cut off; damage up to there is a UserError.
 */
export function recoverJournal(
  segments: readonly Segment[],
  attestedBefore: number,
  fold: (line: string, seq: number) => void,
): Recovered {
  const first = segments[0]
  if (first === undefined) return { head: attestedBefore, lastBytes: 0, torn: null }
  let attested = Math.max(attestedBefore, (segments.at(-1) as Segment).firstSeq - 1)
  let head = first.firstSeq - 1
  let torn: Torn | null = null
  let lastBytes = 0
  for (const { path } of segments) {
    const file = new LineFile(path)
    lastBytes = 0
    // Above what is attested nobody knows whether the disk has it, or only the memory of a kernel whose disk failed.
    let suspectFrom: number | null = null
    while (file.next()) {
      if (!file.isIntact || file.seq !== head + 1) {
        const { offset } = file
        const broken = damaged(file, head + 1)
        while (file.next()) if (file.isIntact) attested = Math.max(attested, durableIn(file.line))
        if (head + 1 <= attested) throw broken
        torn = cutOff(path, offset)
        break
      }
      head++
      attested = Math.max(attested, durableIn(file.line))
      fold(file.line, head)
      lastBytes = file.offset + Buffer.byteLength(file.line) + 1
      if (head > attested) suspectFrom ??= file.offset
      else suspectFrom = null
    }
    file.close()
    if (suspectFrom !== null) writeAgain(path, suspectFrom)
  }
  if (head < attested) {
    const file = (segments.at(-1) as Segment).path
    throw new UserError(`events ${head + 1} to ${attested} are missing at its end, byte ${lastBytes}`, { file })
  }
  return { head, lastBytes, torn }
}

function cutOff(file: string, offset: number): Torn {
  let n = 1
  while (existsSync(`${file}.torn-${n}`)) n++
  const copy = `${file}.torn-${n}`
  copyFileSync(file, copy)
  const fd = openSync(file, 'r+')
  try {
    const bytes = fstatSync(fd).size - offset
    keepFrom(copy, offset)
    ftruncateSync(fd, offset)
    fdatasyncSync(fd)
    syncFolder(dirname(file))
    return { file, copy, bytes }
  } finally {
    closeSync(fd)
  }
}

/** Leaves of a copy what is behind the offset, durable. */
function keepFrom(copy: string, offset: number): void {
  const fd = openSync(copy, 'r+')
  try {
    const bytes = readFrom(fd, offset)
    writeSync(fd, bytes, 0, bytes.length, 0)
    ftruncateSync(fd, bytes.length)
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function writeAgain(file: string, offset: number): void {
  const fd = openSync(file, 'r+')
  try {
    const bytes = readFrom(fd, offset)
    writeSync(fd, bytes, 0, bytes.length, offset)
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function readFrom(fd: number, offset: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(fd).size - offset)
  for (let done = 0; done < bytes.length; ) {
    const length = readSync(fd, bytes, done, bytes.length - done, offset + done)
    if (length === 0) throw new Error(`the file became shorter while it was read, at byte ${offset + done}`)
    done += length
  }
  return bytes
}
