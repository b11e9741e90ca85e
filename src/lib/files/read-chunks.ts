import { closeSync, openSync, readSync } from 'node:fs'
import { crc32, zstdDecompressSync } from 'node:zlib'
import { Gunzip } from 'fflate'
import { blocksOf, wholeBytesOf } from '#lib/files/block-files.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const chunkBytes = 1 << 16

/** The bytes of a file, unpacked when it is gzip or zstd (by its first bytes, not by its name), in chunks that are valid until the next one. */
export function* readChunks(file: string): Generator<Uint8Array> {
  const plain = readRaw(file)
  const first = plain.next()
  if (first.done === true) return
  const [a, b, c, d] = first.value
  if (a === 0x1f && b === 0x8b) yield* gunzip(first.value, plain)
  else if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) yield unpackZstd(file, first.value, plain)
  else {
    yield first.value
    yield* plain
  }
}

/** The bytes as they lie on the disk. */
export function* readRaw(file: string): Generator<Uint8Array> {
  const fd = openSync(file, 'r')
  try {
    const buffer = new Uint8Array(chunkBytes)
    for (;;) {
      const length = readSync(fd, buffer, 0, chunkBytes, null)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(fd)
  }
}

/** All frames of the file at once: trader's own files are small. Of a file of blocks its index tells where each is, and where a torn one begins. */
function unpackZstd(file: string, first: Uint8Array, rest: Iterable<Uint8Array>): Uint8Array {
  const parts = [Buffer.from(first)]
  for (const chunk of rest) parts.push(Buffer.from(chunk))
  const bytes = Buffer.concat(parts)
  if (wholeBytesOf(file) === null) return unpacked(bytes, 'it is damaged, or cut', file)
  return Buffer.concat(
    blocksOf(file).map(({ offset, bytes: length }) =>
      unpacked(bytes.subarray(offset, offset + length), `the block at byte ${offset} is damaged`, file),
    ),
  )
}

function unpacked(bytes: Buffer, fault: string, file: string): Buffer {
  try {
    return zstdDecompressSync(bytes)
  } catch {
    throw new UserError(fault, { file })
  }
}

/** Throws when the stream ends early, and for a file of one member when its checksum is wrong. */
function* gunzip(first: Uint8Array, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  let hasMore = false
  let crc = 0
  let unpacked: Uint8Array[] = []
  const stream = new Gunzip((chunk) => {
    crc = crc32(chunk, crc)
    unpacked.push(chunk)
  })
  // Called for every member but the first.
  stream.onmember = () => {
    hasMore = true
  }
  let trailer = new Uint8Array(0)
  const push = (chunk: Uint8Array, isLast: boolean): Uint8Array[] => {
    unpacked = []
    trailer = new Uint8Array(Buffer.concat([trailer, chunk.subarray(-8)]).subarray(-8))
    stream.push(chunk.slice(), isLast)
    return unpacked
  }
  yield* push(first, false)
  for (const chunk of rest) yield* push(chunk, false)
  yield* push(new Uint8Array(0), true)
  const stated = new DataView(trailer.buffer).getUint32(0, true)
  if (!hasMore && stated !== crc) throw new Error('the gzip checksum is wrong: the file is damaged')
}
