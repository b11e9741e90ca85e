import { closeSync, openSync, readSync } from 'node:fs'
import { constants, crc32, zstdDecompressSync } from 'node:zlib'
import { type FlateError, FlateErrorCode, Gunzip } from 'fflate'
import { blocksOf, isOfBlocks, unpackBlock } from '#lib/files/read-blocks.ts'
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

/** Throws a CutFile when the stream ends early, and an error where what a member says of its text (CRC-32 and length) is not so. */
function* gunzip(first: Uint8Array, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  const member = { crc: 0, length: 0 }
  let unpacked: Uint8Array[] = []
  const stream = new Gunzip((chunk) => {
    member.crc = crc32(chunk, member.crc)
    member.length += chunk.length
    unpacked.push(chunk)
  })
  /** The newest bytes, to the end of the last chunk. */
  let held = Buffer.alloc(0)
  let bytes = 0
  // Called at the begin of every member but the first.
  stream.onmember = (offset) => {
    const end = held.length - (bytes - offset)
    checkMember(member, held.subarray(Math.max(0, end - trailerBytes), end))
    Object.assign(member, { crc: 0, length: 0 })
  }
  const push = (chunk: Uint8Array): Uint8Array[] => {
    unpacked = []
    bytes += chunk.length
    held = Buffer.concat([held.subarray(-chunkBytes), chunk])
    stream.push(chunk.slice())
    return unpacked
  }
  yield* push(first)
  for (const chunk of rest) yield* push(chunk)
  const last = { ...member }
  const found = bytes < shortestGzip ? null : foundOfTrailer(stream)
  if (found !== null && found >= 4) checkMember(last, held.subarray(-found).subarray(0, trailerBytes))
  if (found !== trailerBytes) throw new CutFile(found !== null && found < trailerBytes)
}

/** `trailer`: as much as there is of CRC-32 and length, both of 4 bytes. */
function checkMember({ crc, length }: { readonly crc: number; readonly length: number }, trailer: Buffer): void {
  const isCrc = trailer.readUInt32LE(0) === crc
  if (!isCrc || (trailer.length === trailerBytes && trailer.readUInt32LE(4) !== length % 2 ** 32))
    throw new Error('the gzip checksum is wrong: the file is damaged')
}

/** How many bytes are there behind the text of the last member; null where the text is cut. The stream is of no use any more. */
function foundOfTrailer(stream: Gunzip): number | null {
  // Behind a trailer there has to be a header: it is looked for in four bytes, and zeros are none.
  for (let zeros = 1; zeros <= trailerBytes + 4; zeros++)
    try {
      stream.push(new Uint8Array(1))
    } catch (error) {
      return (error as FlateError).code === FlateErrorCode.InvalidHeader ? trailerBytes + 4 - zeros : null
    }
  return null
}

const trailerBytes = 8
/** A header of 10 bytes, the 2 that say nothing, and a trailer. */
const shortestGzip = 20
