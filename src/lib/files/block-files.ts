import { closeSync, existsSync, fdatasync, openSync, write as writeFd, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, type ZstdOptions, zstdCompress } from 'node:zlib'
import { makeFolder } from '#lib/files/make-folder.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import { type Block, indexLine } from './read-blocks.ts'

const blockChars = 256 << 10
/** More than so much, or for longer, does not wait for the disk. */
const waitingCharsMost = 32 << 20
const waitingMsMost = 2_000
/** With a checksum in each frame: without it a wrong bit may be a wrong price. */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }
const fileCharsMost = 256 << 20

/**
 * Lines in compressed blocks (zstd, each a frame of its own), a file a day and 256 MB of text: `<dir>/<UTC date>/<time of the first line>.jsonl.zst` with
 * a `.index` beside it. Blocks are compressed and made durable one after the other in the thread pool; what comes while one is written is the next. Killed, the lines of
 * those that are not written yet are lost: who appends waits for `full`, and they are few.
 */
export class BlockFiles {
  readonly #dir: string
  readonly #before: () => Promise<void>
  #file: OpenFile | null = null
  #dayEndsAt = 0
  #chars = 0
  #open: Lines | null = null
  /** Ended, and not written yet, the oldest first. */
  #ended: Lines[] = []
  #beingWritten: Lines | null = null
  #waitingChars = 0
  /** What was given out to be done. */
  #writing: Promise<void> = Promise.resolve()
  #willFlush = false
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
    this.#open ??= {
      file: this.#file as OpenFile,
      lines: [],
      chars: 0,
      firstAt: at,
      lastAt: at,
      since: performance.now(),
    }
    const open = this.#open
    open.lines.push(line)
    open.chars += line.length + 1
    open.lastAt = at
    this.#waitingChars += line.length + 1
    if (open.chars < blockChars) return
    this.#endBlock()
    this.#then(() => this.#writeNext())
  }

  /** Null; or where too much waits for the disk, what is to be waited for before more is appended. */
  full(): Promise<void> | null {
    const oldest = this.#beingWritten ?? this.#ended[0] ?? this.#open
    if (oldest === null) return null
    const isFull = this.#waitingChars > waitingCharsMost || performance.now() - oldest.since > waitingMsMost
    return isFull ? this.flush() : null
  }

  /** Done when all that was appended is durable; call it every second. */
  flush(): Promise<void> {
    if (this.#open === null) return this.#writing
    if (!this.#willFlush)
      this.#then(() => {
        this.#willFlush = false
        return this.#writeNext()
      })
    this.#willFlush = true
    return this.#writing
  }

  close(): Promise<void> {
    this.#leaveFile()
    return this.#writing
  }

  #endBlock(): void {
    if (this.#open === null) return
    this.#ended.push(this.#open)
    this.#chars += this.#open.chars
    this.#open = null
  }

  /** The oldest that waits, which is the open block where none is ended. */
  async #writeNext(): Promise<void> {
    if (this.#ended.length === 0) this.#endBlock()
    const lines = this.#ended.shift()
    if (lines === undefined) return
    this.#beingWritten = lines
    await this.#before()
    await writeBlock(lines)
    this.#beingWritten = null
    this.#waitingChars -= lines.chars
  }

  #leaveFile(): void {
    this.#endBlock()
    const file = this.#file
    this.#file = null
    this.#dayEndsAt = 0
    if (file === null) return
    this.#then(async () => {
      while (this.#ended[0]?.file === file) await this.#writeNext()
      closeSync(file.fd)
      closeSync(file.indexFd)
    })
  }

  /** Behind all that was given out before; nothing any more when a part of it failed. */
  #then(step: () => Promise<void>): void {
    this.#writing = this.#writing.then(step).catch((error: Error) => {
      this.#failure ??= unwritable(this.#dir, error)
      throw this.#failure
    })
    this.#writing.catch(() => undefined)
  }

  #startFile(at: number): void {
    this.#leaveFile()
    try {
      this.#file = openFile(this.#dir, at)
    } catch (error) {
      this.#failure = unwritable(this.#dir, error as Error)
      throw this.#failure
    }
    this.#dayEndsAt = (Math.floor(at / dayMicros) + 1) * dayMicros
    this.#chars = 0
  }
}

type OpenFile = { readonly fd: number; readonly indexFd: number; offset: number }

function openFile(dir: string, at: number): OpenFile {
  const day = new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)
  const folder = join(dir, day)
  makeFolder(folder)
  let name = at
  while (existsSync(join(folder, `${name}.jsonl.zst`))) name++
  const [fd, indexFd] = [`${name}.jsonl.zst`, `${name}.index`].map((one) => openSync(join(folder, one), 'wx'))
  return { fd, indexFd, offset: 0 } as OpenFile
}

/** A block before it is written; `since` by the clock of performance.now(). */
type Lines = {
  readonly file: OpenFile
  readonly lines: string[]
  chars: number
  readonly firstAt: number
  lastAt: number
  readonly since: number
}

/** The block first, then its line of the index. */
async function writeBlock({ file, lines, firstAt, lastAt }: Lines): Promise<void> {
  const bytes = await compress(Buffer.from(`${lines.join('\n')}\n`), fast)
  for (let done = 0; done < bytes.length; ) done += (await write(file.fd, bytes, done)).bytesWritten
  await sync(file.fd)
  const block: Block = { offset: file.offset, bytes: bytes.length, lines: lines.length, firstAt, lastAt }
  writeSync(file.indexFd, `${indexLine(block)}\n`)
  file.offset += bytes.length
}

function unwritable(dir: string, error: Error): Error {
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? error : new UserError(`cannot be written: ${code}`, { file: dir })
}

const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress)
const write = promisify(writeFd)
const sync = promisify(fdatasync)
