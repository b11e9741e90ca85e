import {
  closeSync,
  existsSync,
  fdatasync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  write as writeFd,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, crc32, type ZstdOptions, zstdCompress, zstdDecompressSync } from 'node:zlib'
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
 * a `.index` beside it. Blocks are compressed and made durable one after the other in the thread pool, so that nobody waits for the disk; killed, the lines of
 * those that are not written yet are lost.
 */
export class BlockFiles {
  readonly #dir: string
  readonly #before: () => Promise<void>
  #file: OpenFile | null = null
  #dayEndsAt = 0
  #chars = 0
  #lines: string[] = []
  #blockChars = 0
  #firstAt = 0
  #lastAt = 0
  /** What was given out to be written. */
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | null = null

  /** `before` is done before a block is written. */
  constructor(dir: string, before: () => Promise<void> = () => Promise.resolve()) {
    this.#dir = dir
    this.#before = before
  }

  /** `at` in microseconds UTC. Throws where a block before it could not be written. */
  append(line: string, at: number): void {
    if (this.#failure !== null) throw this.#failure
    if (at >= this.#dayEndsAt || at < this.#dayEndsAt - dayMicros || this.#chars > fileCharsMost) this.#startFile(at)
    if (this.#lines.length === 0) this.#firstAt = at
    this.#lastAt = at
    this.#lines.push(line)
    this.#blockChars += line.length + 1
    if (this.#blockChars >= blockChars) this.#endBlock()
  }

  /** Done when all that was appended is durable; call it every second. */
  flush(): Promise<void> {
    this.#endBlock()
    return this.#writing
  }

  close(): Promise<void> {
    this.#leaveFile()
    return this.#writing
  }

  #endBlock(): void {
    const file = this.#file
    if (this.#lines.length === 0 || file === null) return
    const text = `${this.#lines.join('\n')}\n`
    const lines = { lines: this.#lines.length, firstAt: this.#firstAt, lastAt: this.#lastAt }
    this.#chars += this.#blockChars
    this.#lines = []
    this.#blockChars = 0
    this.#then(async () => {
      await this.#before()
      await writeBlock(file, text, lines)
    })
  }

  #leaveFile(): void {
    this.#endBlock()
    const file = this.#file
    this.#file = null
    this.#dayEndsAt = 0
    if (file === null) return
    this.#then(async () => {
      closeSync(file.fd)
      closeSync(file.indexFd)
    })
  }

  /** Behind all that was given out before; nothing any more when a part of it failed. */
  #then(step: () => Promise<void>): void {
    this.#writing = this.#writing.then(step)
    this.#writing.catch((error: Error) => {
      this.#failure = error
    })
  }

  #startFile(at: number): void {
    this.#leaveFile()
    const day = new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)
    const folder = join(this.#dir, day)
    mkdirSync(folder, { recursive: true })
    let name = at
    while (existsSync(join(folder, `${name}.jsonl.zst`))) name++
    const [fd, indexFd] = [`${name}.jsonl.zst`, `${name}.index`].map((one) => openSync(join(folder, one), 'wx'))
    this.#file = { fd, indexFd, offset: 0 } as OpenFile
    this.#dayEndsAt = (Math.floor(at / dayMicros) + 1) * dayMicros
    this.#chars = 0
  }
}

type OpenFile = { readonly fd: number; readonly indexFd: number; offset: number }

/** The block first, then its line of the index. */
async function writeBlock(file: OpenFile, text: string, lines: Omit<Block, 'offset' | 'bytes'>): Promise<void> {
  const bytes = await compress(Buffer.from(text), fast)
  for (let done = 0; done < bytes.length; ) done += (await write(file.fd, bytes, done)).bytesWritten
  await sync(file.fd)
  const block: Block = { offset: file.offset, bytes: bytes.length, ...lines }
  writeSync(file.indexFd, `${indexLine(block)}\n`)
  file.offset += bytes.length
}

const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress)
const write = promisify(writeFd)
const sync = promisify(fdatasync)

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
