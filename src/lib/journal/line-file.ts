import { hasItsCrc, isFooter, isZero, seqAt } from '#lib/journal/line-bytes.ts'
import type { ReadDisk, ReadFile } from '#lib/journal/log-disk.ts'
import { isPacked } from '#lib/journal/log-files.ts'
import { PackedFile } from '#lib/journal/packed-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const chunkBytes = 256 << 10
/** Closer than that a search is a walk. */
const stepBytes = 64 << 10

/** The lines of a log's file, one after the other, each checked against its crc. Has to be closed, or read to its end. */
export class LineFile {
  readonly path: string
  /** Of the line that `next` went to: intact is one with its line end, seq and crc. */
  seq = 0
  isIntact = false
  offset = 0
  lineNumber = 0
  /** The last line of a sealed file, once it has been read. */
  footer: string | null = null
  readonly #file: ReadFile
  readonly #packed: PackedFile | null
  #isClosed = false
  #buffer: Buffer
  #start = 0
  #end = 0
  #lineStart = 0
  #lineStop = 0
  /** Where in the file the buffer begins. */
  #base = 0

  /** Opens a file, plain or packed. */
  constructor(disk: ReadDisk, path: string) {
    this.path = path
    const file = disk.openToRead(path)
    try {
      this.#packed = isPacked(path) ? new PackedFile(file, path) : null
      this.#file = this.#packed ?? file
    } catch (error) {
      file.close()
      throw error
    }
    this.#buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(512, this.#file.size + 1)))
  }

  get line(): string {
    return this.#buffer.toString('utf8', this.#lineStart, this.#lineStop)
  }

  /** The line with its line end, where it has one. Valid until `next`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#lineStart, this.#start)
  }

  /** Where the line ends in the file. */
  get endOffset(): number {
    return this.#base + this.#start
  }

  /** Goes to the next line; false, and it is closed, at the end: that of the file, or where only zeros follow. */
  next(): boolean {
    for (;;) {
      if (!this.#toLine()) {
        this.close()
        return false
      }
      if (this.isIntact || !isFooter(this.#buffer, this.#lineStart, this.#lineStop)) return true
      this.footer = this.line
    }
  }

  /** Goes to the last intact line with that seq or a lower one, whatever else is damaged; to the start where there is none. */
  seekTo(seq: number): void {
    let low = 0
    let high = this.#file.size
    while (high - low > stepBytes) {
      const middle = low + Math.floor((high - low) / 2)
      this.#goTo(middle)
      if (this.#toIntact(high, true) && this.seq <= seq) low = this.offset
      else high = middle
    }
    // Line numbers are known only from the start on.
    let before = low === 0 ? 0 : Number.NEGATIVE_INFINITY
    this.#goTo(low)
    this.lineNumber = before
    while (this.#toIntact(high) && this.seq <= seq) [low, before] = [this.offset, this.lineNumber - 1]
    this.#goTo(low)
    this.lineNumber = before
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#file.close()
  }

  #goTo(offset: number): void {
    if (offset >= this.#base && offset <= this.#base + this.#end) this.#start = offset - this.#base
    else {
      this.#base = offset
      this.#start = this.#end = 0
    }
  }

  /** Goes to the next intact line, also behind what cannot be unpacked; false where none begins in front of `end`. */
  #toIntact(end: number, isInLine = false): boolean {
    let isRest = isInLine
    for (;;) {
      try {
        for (; this.#toLine() && this.offset < end; isRest = false) if (this.isIntact && !isRest) return true
        return false
      } catch (error) {
        if (this.#packed === null || !(error instanceof UserError)) throw error
        this.#goTo(this.#packed.frameBehind(this.#base + this.#end))
        this.lineNumber = Number.NEGATIVE_INFINITY
        isRest = false
      }
    }
  }

  #toLine(): boolean {
    let stop = this.#lineEnd(this.#start)
    while (stop < 0) {
      const searched = this.#end - this.#start
      if (!this.#fill()) break
      stop = this.#lineEnd(this.#start + searched)
    }
    const start = this.#start
    const hasEnd = stop >= 0
    if (!hasEnd) stop = this.#end
    if (!hasEnd && (stop === start || isZero(this.#buffer, start, stop))) return false
    this.offset = this.#base + start
    this.lineNumber++
    this.#lineStart = start
    this.#lineStop = stop
    this.seq = seqAt(this.#buffer, start, stop)
    this.isIntact = hasEnd && this.seq > 0 && hasItsCrc(this.#buffer, start, stop)
    this.#start = hasEnd ? stop + 1 : stop
    return true
  }

  #lineEnd(from: number): number {
    const at = this.#buffer.indexOf(10, from)
    return at < this.#end ? at : -1
  }

  #fill(): boolean {
    if (this.#isClosed) return false
    const held = this.#end - this.#start
    if (this.#start > 0) this.#buffer.copyWithin(0, this.#start, this.#end)
    else if (held === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer, Buffer.allocUnsafe(held)])
    this.#base += this.#start
    this.#start = 0
    this.#end = held
    const length = this.#file.read(this.#buffer.subarray(held), this.#base + held)
    this.#end += length
    return length > 0
  }
}
