import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'
import { Inflate } from 'fflate'

export type ZipEntry = {
  readonly name: string
  readonly unpackedBytes: number
  /** CRC-32 of what is unpacked. */
  readonly crc: number
  readonly packedBytes: number
  readonly method: number
  readonly headerOffset: number
}

/** What the unpacker, or a number beyond the file, makes of a wrong bit; an error of ours or of the disk stays as it is. */
function orDamaged(error: unknown, what: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  return code === undefined || syscall !== undefined ? error : new Error(`${what} is damaged`)
}

/** The files in the order of the archive's directory, repeated names included. Throws when it is no zip, or an encrypted one. */
export function zipEntries(file: string): ZipEntry[] {
  const fd = openSync(file, 'r')
  try {
    return entriesIn(fd)
  } catch (error) {
    throw orDamaged(error, 'the directory of the zip')
  } finally {
    closeSync(fd)
  }
}

function entriesIn(fd: number): ZipEntry[] {
  const { count, offset, bytes } = findDirectory(fd)
  const directory = readAt(fd, offset, bytes)
  const entries: ZipEntry[] = []
  let at = 0
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes || directory.readUInt32LE(at) !== 0x02014b50)
      throw new Error('the directory of the zip is damaged')
    const entry = entryAt(directory, at)
    if (!entry.name.endsWith('/')) entries.push(entry)
    at += 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** What an entry holds, in chunks; one is enough for all but the largest. Throws when its checksum is wrong. */
export function* readZipEntry(file: string, entry: ZipEntry): Generator<Uint8Array> {
  const fd = openSync(file, 'r')
  try {
    let crc = 0
    for (const chunk of unpacked(fd, entry)) {
      crc = crc32(chunk, crc)
      yield chunk
    }
    if (crc !== entry.crc) throw new Error(`the checksum of ${entry.name} in the zip is wrong: the file is damaged`)
  } catch (error) {
    throw orDamaged(error, `${entry.name} in the zip`)
  } finally {
    closeSync(fd)
  }
}

const stored = 0
const deflated = 8
const wholeBytes = 8 << 20
const chunkBytes = 1 << 17

function* unpacked(
  fd: number,
  { name, method, packedBytes, unpackedBytes, headerOffset }: ZipEntry,
): Generator<Uint8Array> {
  if (method !== stored && method !== deflated)
    throw new Error(`${name} is packed by method ${method}, which is not known`)
  const header = readAt(fd, headerOffset, 30)
  if (header.readUInt32LE(0) !== 0x04034b50) throw new Error(`the header of ${name} in the zip is damaged`)
  const start = headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (unpackedBytes <= wholeBytes) {
    const packed = readAt(fd, start, packedBytes)
    yield method === stored ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, unpackedBytes) })
    return
  }
  let out: Uint8Array[] = []
  const inflate = new Inflate((chunk) => out.push(chunk))
  for (let done = 0; done < packedBytes; done += chunkBytes) {
    const packed = readAt(fd, start + done, Math.min(chunkBytes, packedBytes - done))
    if (method === stored) yield packed
    else {
      inflate.push(packed, done + chunkBytes >= packedBytes)
      yield* out
      out = []
    }
  }
}

const inZip64Field = 0xffffffff

function entryAt(directory: Buffer, at: number): ZipEntry {
  if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new Error('the zip is encrypted')
  const nameEnd = at + 46 + directory.readUInt16LE(at + 28)
  let field = zip64Field(directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30)))
  // In this order, and only those that do not fit into their 32 bits.
  const wide = (offset: number): number => {
    const value = directory.readUInt32LE(offset)
    if (value !== inZip64Field) return value
    const full = Number(field.readBigUInt64LE(0))
    field = field.subarray(8)
    return full
  }
  const unpackedBytes = wide(at + 24)
  const packedBytes = wide(at + 20)
  return {
    name: directory.toString('utf8', at + 46, nameEnd),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packedBytes,
    unpackedBytes,
    headerOffset: wide(at + 42),
  }
}

/** The extra field with the wide numbers; empty when there is none. */
function zip64Field(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  }
  return extra.subarray(0, 0)
}

/** From the end record: the last 22 bytes, or further in front when a comment follows; its wide form stands before it. */
function findDirectory(fd: number): { count: number; offset: number; bytes: number } {
  const { size } = fstatSync(fd)
  const tailBytes = Math.min(size, 22 + 0xffff)
  const tail = readAt(fd, size - tailBytes, tailBytes)
  for (let at = tailBytes - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue
    const isWide = at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50
    if (isWide) return wideDirectory(readAt(fd, Number(tail.readBigUInt64LE(at - 12)), 56))
    return { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) }
  }
  throw new Error('this is not a zip, or its end is missing')
}

function wideDirectory(end: Buffer): { count: number; offset: number; bytes: number } {
  if (end.readUInt32LE(0) !== 0x06064b50) throw new Error('the wide end record of the zip is damaged')
  const wide = (at: number) => Number(end.readBigUInt64LE(at))
  return { count: wide(32), bytes: wide(40), offset: wide(48) }
}

function readAt(fd: number, offset: number, bytes: number): Buffer {
  if (offset + bytes > fstatSync(fd).size) throw new Error('the zip ends early')
  const buffer = Buffer.alloc(bytes)
  for (let done = 0; done < bytes; ) {
    const read = readSync(fd, buffer, done, bytes - done, offset + done)
    if (read === 0) throw new Error('the zip ends early')
    done += read
  }
  return buffer
}
