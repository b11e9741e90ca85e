import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { crcBytes } from '#lib/journal/log-line.ts'

const chunkBytes = 1 << 20

/** The lines of a log's file, one after the other, each checked against its crc. Has to be closed, or read to its end. */
export class LineFile {
  readonly path: string
  /** Of the line that `next` went to. A line is not intact without its line end. */
  line = ''
  seq = 0
  isIntact = false
  offset = 0
  lineNumber = 0
  #fd: number | null
  #buffer = Buffer.allocUnsafe(chunkBytes)
  #start = 0
  #end = 0
  /** Where in the file the buffer begins. */
  #base: number

  constructor(path: string, offset = 0) {
    this.path = path
    this.#fd = openSync(path, 'r')
    this.#base = offset
  }

  /** Goes to the next line; false at the end of the file. */
  next(): boolean {
    let stop = this.#buffer.subarray(0, this.#end).indexOf(10, this.#start)
    while (stop < 0 && this.#fill()) stop = this.#buffer.subarray(0, this.#end).indexOf(10, this.#start)
    const start = this.#start
    const hasEnd = stop >= 0
    if (!hasEnd) stop = this.#end
    if (stop === start && !hasEnd) {
      this.close()
      return false
    }
    this.offset = this.#base + start
    this.lineNumber++
    this.line = this.#buffer.toString('utf8', start, stop)
    this.seq = seqAt(this.#buffer, start, stop)
    this.isIntact = hasEnd && this.seq > 0 && hasItsCrc(this.#buffer, start, stop)
    this.#start = hasEnd ? stop + 1 : stop
    return true
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  #fill(): boolean {
    if (this.#fd === null) return false
    const held = this.#end - this.#start
    if (this.#start > 0) this.#buffer.copyWithin(0, this.#start, this.#end)
    else if (held === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer, Buffer.allocUnsafe(held)])
    this.#base += this.#start
    this.#start = 0
    this.#end = held
    const length = readSync(this.#fd, this.#buffer, held, this.#buffer.length - held, this.#base + held)
    this.#end += length
    return length > 0
  }
}

const seqField = Buffer.from('{"seq":')

/** 0 where there is none. */
function seqAt(buffer: Buffer, start: number, stop: number): number {
  for (let i = 0; i < seqField.length; i++) if (buffer[start + i] !== seqField[i]) return 0
  let seq = 0
  for (let at = start + seqField.length; at < stop; at++) {
    const digit = (buffer[at] as number) - 48
    if (digit < 0 || digit > 9) return buffer[at] === 44 ? seq : 0
    seq = seq * 10 + digit
  }
  return 0
}

const crcField = Buffer.from(',"crc":"')

function hasItsCrc(buffer: Buffer, start: number, stop: number): boolean {
  const end = stop - crcBytes
  if (end <= start || buffer[stop - 1] !== 125 || buffer[stop - 2] !== 34) return false
  for (let i = 0; i < crcField.length; i++) if (buffer[end + i] !== crcField[i]) return false
  let stated = 0
  for (let at = end + crcField.length; at < stop - 2; at++) {
    const code = buffer[at] as number
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1
    if (digit < 0) return false
    stated = stated * 16 + digit
  }
  return crc32(buffer.subarray(start, end)) === stated
}
