import { join } from 'node:path'
import { isDiskFull, isOutOfFiles, type LogDisk, type LogFile } from '#lib/journal/log-disk.ts'
import { journalFolder, segmentName } from '#lib/journal/log-files.ts'
import { newFile } from '#lib/journal/new-file.ts'

type Options = {
  readonly disk: LogDisk
  readonly folder: string
  readonly segmentBytes: number
  readonly aheadBytes: number
  readonly journal: { readonly file: LogFile; readonly bytes: number; readonly allocated: number }
}

/** A commit that is larger is durable no sooner when its place was filled before. */
const smallBytes = 32 << 10

/** The file that commits go to, one segment after the other. */
export class JournalWriter {
  readonly #options: Options
  readonly #zeros: Buffer
  #file: LogFile
  #bytes: number
  #allocated: number
  #isLittle = false

  constructor(options: Options) {
    this.#options = options
    this.#zeros = Buffer.alloc(options.aheadBytes)
    this.#file = options.journal.file
    this.#bytes = options.journal.bytes
    this.#allocated = options.journal.allocated
  }

  get isFull(): boolean {
    return this.#bytes >= this.#options.segmentBytes
  }

  /** False, and nothing is changed, when the disk is full. */
  write(bytes: Buffer): boolean {
    try {
      this.#file.write(bytes, this.#bytes)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#cut()
      return false
    }
    this.#bytes += bytes.length
    this.#isLittle = bytes.length <= smallBytes
    if (this.#bytes > this.#allocated && bytes.length <= smallBytes) this.#fillAhead()
    return true
  }

  sync(step: 'commit' | 'refusal'): Promise<void> {
    return this.#file.sync(step, this.#isLittle)
  }

  /** Goes to a new segment; false, and it stays in the old one, when there is no space or no file to be had for it. */
  rotate(firstSeq: number): boolean {
    const { disk, folder } = this.#options
    let file: LogFile
    try {
      file = newFile(disk, join(journalFolder(folder), segmentName(firstSeq)), 'journal.folder')
    } catch (error) {
      if (isDiskFull(error) || isOutOfFiles(error)) return false
      throw error
    }
    this.close()
    this.#file = file
    this.#bytes = this.#allocated = 0
    return true
  }

  /** Lets go of what can no longer be trusted. */
  abandon(): void {
    this.#file.close()
  }

  close(): void {
    if (this.#allocated > this.#bytes) this.#cut()
    this.#file.close()
  }

  #fillAhead(): void {
    try {
      this.#file.write(this.#zeros, this.#bytes)
      this.#allocated = this.#bytes + this.#zeros.length
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#cut()
    }
  }

  #cut(): void {
    this.#file.truncate(this.#bytes)
    this.#allocated = this.#bytes
  }
}
