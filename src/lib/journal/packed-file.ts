import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib'
import type { ReadFile } from '#lib/journal/log-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

// Zstandard's seekable format: independent frames, and in a frame that decoders skip the sizes of each.
// https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
const frameMagic = Buffer.from('28b52ffd', 'hex')
const skippableMagic = 0x184d2a5e
const seekableMagic = 0x8f92eab1
const footerBytes = 9
const entryBytes = 8

export type Frame = { readonly packedBytes: number; readonly plainBytes: number }

/** How a frame is compressed: with a checksum of its own. */
export const frameParams = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } }

const compressed = promisify(zstdCompress)
/** Makes a frame, on another thread. */
export const packFrame = (bytes: Buffer): Promise<Buffer> => compressed(bytes, frameParams)

/** What stands behind the frames of a file. */
export function seekTable(frames: readonly Frame[]): Buffer {
  const size = frames.length * entryBytes + footerBytes
  const table = Buffer.alloc(8 + size)
  table.writeUInt32LE(skippableMagic, 0)
  table.writeUInt32LE(size, 4)
  frames.forEach(({ packedBytes, plainBytes }, i) => {
    table.writeUInt32LE(packedBytes, 8 + i * entryBytes)
    table.writeUInt32LE(plainBytes, 12 + i * entryBytes)
  })
  table.writeUInt32LE(frames.length, 8 + frames.length * entryBytes)
  table.writeUInt32LE(seekableMagic, table.length - 4)
  return table
}

/** What is whole in a file whatever else is damaged in it, its table too: the frames that unpack, one after the other. */
export function unpackWhole(packed: Buffer): Buffer {
  const frames: Buffer[] = []
  for (let at = packed.indexOf(frameMagic); at >= 0; ) {
    const end = frameEnd(packed, at)
    const plain = end === null ? null : unpackedOrNull(packed.subarray(at, end))
    if (plain !== null) frames.push(plain)
    at = packed.indexOf(frameMagic, plain === null ? at + 1 : (end as number))
  }
  return Buffer.concat(frames)
}

/** Where the frame ends that begins at `at`, by its header and those of its blocks; null where that cannot be. RFC 8878, 3.1.1. */
function frameEnd(packed: Buffer, at: number): number | null {
  const descriptor = packed[at + 4] ?? 0
  const isSingle = (descriptor & 32) !== 0
  const sizeBytes = descriptor < 64 ? Number(isSingle) : 1 << (descriptor >> 6)
  let end = at + 5 + Number(!isSingle) + ([0, 1, 2, 4][descriptor & 3] as number) + sizeBytes
  for (let isLast = false; !isLast; ) {
    if (end + 3 > packed.length) return null
    const header = packed.readUIntLE(end, 3)
    const isOfOneByte = ((header >> 1) & 3) === 1
    isLast = (header & 1) === 1
    end += 3 + (isOfOneByte ? 1 : header >> 3)
  }
  return end + (descriptor & 4)
}

function unpackedOrNull(frame: Buffer): Buffer | null {
  try {
    return zstdDecompressSync(frame)
  } catch {
    return null
  }
}

type PlacedFrame = Frame & { readonly packedAt: number; readonly plainAt: number }

/** A compressed file, read as what it was before. Throws a UserError with the place where it is damaged. */
export class PackedFile implements ReadFile {
  readonly size: number
  readonly #file: ReadFile
  readonly #path: string
  readonly #frames: readonly PlacedFrame[]
  #held: { readonly frame: PlacedFrame; readonly plain: Buffer } | null = null

  constructor(file: ReadFile, path: string) {
    this.#file = file
    this.#path = path
    this.#frames = this.#placedFrames()
    const last = this.#frames.at(-1)
    this.size = last === undefined ? 0 : last.plainAt + last.plainBytes
  }

  /** One frame at a time: what is whole in front of one that is damaged is read. */
  read(buffer: Uint8Array, at: number): number {
    if (at >= this.size) return 0
    const frame = this.#frameAt(at)
    const from = at - frame.plainAt
    const part = this.#plainOf(frame).subarray(from, from + buffer.length)
    buffer.set(part)
    return part.length
  }

  /** Where the frame behind that one begins which has that byte. */
  frameBehind(at: number): number {
    const { plainAt, plainBytes } = this.#frameAt(at)
    return plainAt + plainBytes
  }

  close(): void {
    this.#file.close()
  }

  #frameAt(plainAt: number): PlacedFrame {
    let low = 0
    let high = this.#frames.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#frames[middle] as PlacedFrame).plainAt <= plainAt) low = middle
      else high = middle - 1
    }
    return this.#frames[low] as PlacedFrame
  }

  #plainOf(frame: PlacedFrame): Buffer {
    if (this.#held?.frame === frame) return this.#held.plain
    const plain = this.#unpack(this.#bytes(frame.packedAt, frame.packedBytes), frame)
    if (plain.length !== frame.plainBytes) throw this.#damaged(frame.packedAt)
    this.#held = { frame, plain }
    return plain
  }

  #unpack(packed: Buffer, { packedAt, plainBytes }: PlacedFrame): Buffer {
    try {
      return zstdDecompressSync(packed, { maxOutputLength: Math.max(1, plainBytes) })
    } catch {
      throw this.#damaged(packedAt)
    }
  }

  #placedFrames(): PlacedFrame[] {
    const { size } = this.#file
    const footer = this.#bytes(size - footerBytes, footerBytes)
    const count = footer.readUInt32LE(0)
    const tableAt = size - footerBytes - count * entryBytes - 8
    if (footer.readUInt32LE(5) !== seekableMagic || footer[4] !== 0 || tableAt < 0)
      throw this.#damaged(size - footerBytes)
    const table = this.#bytes(tableAt, size - tableAt)
    const frames: PlacedFrame[] = []
    let packedAt = 0
    let plainAt = 0
    for (let i = 0; i < count; i++) {
      const packedBytes = table.readUInt32LE(8 + i * entryBytes)
      const plainBytes = table.readUInt32LE(12 + i * entryBytes)
      frames.push({ packedBytes, plainBytes, packedAt, plainAt })
      packedAt += packedBytes
      plainAt += plainBytes
    }
    const isWhole =
      table.readUInt32LE(0) === skippableMagic && table.readUInt32LE(4) === table.length - 8 && packedAt === tableAt
    if (!isWhole) throw this.#damaged(tableAt)
    return frames
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    if (at < 0 || this.#file.read(bytes, at) !== length) throw this.#damaged(Math.max(0, at))
    return bytes
  }

  #damaged(at: number): UserError {
    return new UserError(`is damaged: no whole Zstandard frame at byte ${at}`, { file: this.#path })
  }
}
