import { closeSync, openSync, readSync } from 'node:fs'
import { constants, crc32, zstdDecompressSync } from 'node:zlib'
import { Gunzip } from 'fflate'
import { blocksOf, isOfBlocks, unpackBlock } from '#lib/files/block-files.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { CutFile } from './cut-file.ts'

const chunkBytes = 1 << 16

/** The bytes of a file, unpacked when it is gzip or zstd (by its first bytes, not by its name), in chunks that are valid until the next one. Throws a CutFile behind what is whole. */
export function* readChunks(file: string): Generator<Uint8Array> {
  if (isOfBlocks(file)) return yield* unpackBlocks(file)
  const plain = readRaw(file)
  const first = plain.next()
  if (first.done === true) return
  const [a, b, c, d] = first.value
  if (a === 0x1f && b === 0x8b) yield* gunzip(first.value, plain)
  else if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) yield* unpackZstd(file, first.value, plain)
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

/** All frames of the file at once: without an index nothing tells where one ends. */
function* unpackZstd(file: string, first: Uint8Array, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  const parts = [Buffer.from(first)]
  for (const chunk of rest) parts.push(Buffer.from(chunk))
  const packed = Buffer.concat(parts)
  let isCut = false
  try {
    yield zstdDecompressSync(packed)
  } catch (error) {
    isCut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
    if (!isCut) throw new UserError('it is damaged', { file })
  }
  if (!isCut) return
  yield zstdDecompressSync(packed, { finishFlush: constants.ZSTD_e_flush })
  throw new CutFile()
}

/** What is torn at the end of a file of blocks is not in its index. */
function* unpackBlocks(file: string): Generator<Uint8Array> {
  for (const block of blocksOf(file)) {
    const text = unpackBlock(file, block)
    if (text === null) throw new UserError(`the block at byte ${block.offset} is damaged`, { file })
    yield text
  }
}

/** Throws a CutFile when the stream ends early, and an error when the checksum or the length of a member is wrong. */
function* gunzip(first: Uint8Array, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  let crc = 0
  let length = 0
  let isWrong = false
  let unpacked: Uint8Array[] = []
  const stream = new Gunzip((chunk) => {
    crc = crc32(chunk, crc)
    length += chunk.length
    unpacked.push(chunk)
  })
  let bytes = 0
  let tail = Buffer.alloc(0)
  /** `end`: where the member ends in the file. */
  const endMember = (end: number) => {
    const at = tail.length - (bytes - end) - 8
    isWrong ||= at < 0 || tail.readUInt32LE(at) !== crc || tail.readUInt32LE(at + 4) !== length % 2 ** 32
    crc = 0
    length = 0
  }
  // Called for every member but the first, when all of the one before it is unpacked.
  stream.onmember = endMember
  const push = (chunk: Uint8Array, isLast: boolean): Uint8Array[] => {
    unpacked = []
    bytes += chunk.length
    tail = Buffer.concat([tail.subarray(-chunkBytes), chunk])
    stream.push(chunk.slice(), isLast)
    if (isWrong) throw new Error(wrongGzip)
    return unpacked
  }
  yield* push(first, false)
  for (const chunk of rest) yield* push(chunk, false)
  try {
    yield* push(new Uint8Array(0), true)
  } catch {
    throw new CutFile()
  }
  if (bytes < shortestGzip) throw new CutFile()
  endMember(bytes)
  if (isWrong) throw new Error(wrongGzip)
}

const wrongGzip = 'the gzip checksum is wrong: the file is damaged, or its end is cut'

/** A header of 10 bytes, the 2 that say nothing, and a trailer of 8. */
const shortestGzip = 20
