import {
  closeSync,
  existsSync,
  fdatasyncSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { dayMicros } from '#lib/time/day-micros.ts'

/** Where a block of lines lies in its file, and of which time it is. One line of an index, with its checksum. */
export type Block = {
  readonly offset: number
  readonly bytes: number
  readonly lines: number
  readonly firstAt: number
  readonly lastAt: number
}

const blockChars = 256 << 10
/** With a checksum in each frame: without it a wrong bit may be a wrong price. */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }
const fileCharsMost = 256 << 20

/**
 * Lines in compressed blocks (zstd, each a frame of its own), a file a day and 256 MB of text: `<dir>/<UTC date>/<time of the first line>.jsonl.zst` with
 * a `.index` beside it. A block is durable when it is written; killed, the lines of the open block are lost.
 */
export class BlockFiles {
  readonly #dir: string
  readonly #before: () => void
  #fd: number | null = null
  #indexFd: number | null = null
  #dayEndsAt = 0
  #offset = 0
  #chars = 0
  #lines: string[] = []
  #blockChars = 0
  #firstAt = 0
  #lastAt = 0

  /** `before` is called before a block is written. */
  constructor(dir: string, before: () => void = () => undefined) {
    this.#dir = dir
    this.#before = before
  }

  /** `at` in microseconds UTC. */
  append(line: string, at: number): void {
    if (at >= this.#dayEndsAt || at < this.#dayEndsAt - dayMicros || this.#chars > fileCharsMost) this.#startFile(at)
    if (this.#lines.length === 0) this.#firstAt = at
    this.#lastAt = at
    this.#lines.push(line)
    this.#blockChars += line.length + 1
    if (this.#blockChars >= blockChars) this.flush()
  }

  /** Writes what is open; call it every second. */
  flush(): void {
    if (this.#lines.length === 0 || this.#fd === null || this.#indexFd === null) return
    this.#before()
    const bytes = zstdCompressSync(Buffer.from(`${this.#lines.join('\n')}\n`), fast)
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    fdatasyncSync(this.#fd)
    const block: Block = {
      offset: this.#offset,
      bytes: bytes.length,
      lines: this.#lines.length,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
    }
    writeSync(this.#indexFd, `${indexLine(block)}\n`)
    this.#offset += bytes.length
    this.#chars += this.#blockChars
    this.#lines = []
    this.#blockChars = 0
  }

  close(): void {
    this.flush()
    if (this.#fd !== null) closeSync(this.#fd)
    if (this.#indexFd !== null) closeSync(this.#indexFd)
    this.#fd = null
    this.#indexFd = null
    this.#dayEndsAt = 0
  }

  #startFile(at: number): void {
    this.close()
    const day = new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)
    const folder = join(this.#dir, day)
    mkdirSync(folder, { recursive: true })
    let name = at
    while (existsSync(join(folder, `${name}.jsonl.zst`))) name++
    this.#fd = openSync(join(folder, `${name}.jsonl.zst`), 'wx')
    this.#indexFd = openSync(join(folder, `${name}.index`), 'wx')
    this.#dayEndsAt = (Math.floor(at / dayMicros) + 1) * dayMicros
    this.#offset = 0
    this.#chars = 0
  }
}

/** The files of a folder in order of time. */
export const blockFilesIn = (dir: string): string[] =>
  globSync('*/*.jsonl.zst', { cwd: dir })
    .sort()
    .map((name) => join(dir, name))

/** Has the file an index? Then it is one of blocks. */
export const isOfBlocks = (file: string): boolean => existsSync(indexOf(file))

const indexOf = (file: string): string => file.replace(/(\.jsonl\.zst)?$/, '.index')

/** The blocks of a file. Where a line of its index is damaged, what lies between those beside it is a block of unknown lines; what is torn at the end is in no line. */
export function blocksOf(file: string): Block[] {
  if (!isOfBlocks(file)) return []
  const blocks: Block[] = []
  let end = 0
  let lastAt = 0
  const fill = (to: number): void => {
    if (to > end) blocks.push({ offset: end, bytes: to - end, lines: 0, firstAt: lastAt, lastAt })
  }
  let isUnknown = false
  for (const line of readFileSync(indexOf(file), 'latin1').split('\n')) {
    if (line === '') continue
    const block = blockIn(line)
    isUnknown = block === null || block.offset < end
    if (block === null || isUnknown) continue
    fill(block.offset)
    blocks.push(block)
    end = block.offset + block.bytes
    lastAt = block.lastAt
  }
  // Blocks are whole before their lines are written.
  if (isUnknown) fill(statSync(file).size)
  return blocks
}

const indexLine = (block: Block): string => {
  const text = JSON.stringify(block)
  return `${text} ${crc32(text)}`
}

function blockIn(line: string): Block | null {
  const end = line.lastIndexOf(' ')
  const text = line.slice(0, end)
  return end > 0 && line.slice(end + 1) === String(crc32(text)) ? (JSON.parse(text) as Block) : null
}

/** The lines of a block as bytes; null where it is not what was written. */
export function unpackBlock(file: string, { offset, bytes }: Block): Buffer | null {
  const packed = Buffer.alloc(bytes)
  const fd = openSync(file, 'r')
  try {
    for (let done = 0; done < bytes; ) {
      const read = readSync(fd, packed, done, bytes - done, offset + done)
      if (read === 0) break
      done += read
    }
  } finally {
    closeSync(fd)
  }
  try {
    return zstdDecompressSync(packed)
  } catch {
    return null
  }
}
