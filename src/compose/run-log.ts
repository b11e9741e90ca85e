import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { writeContent } from '#lib/codec/event-bytes.ts'
import { makeFolder } from '#lib/files/make-folder.ts'
import { segmentName } from '#lib/journal/log-files.ts'
import { namespaceOf, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

const blockBytes = 1 << 18
/** `,"d":0,"crc":"xxxxxxxx"}` and a line end, instead of the content's closing brace. */
const tailBytes = 25

type TopicFile = { readonly fd: number; readonly block: Buffer; used: number }

/** The log of a run that no crash needs to survive: the same files as a live one's, without a journal. Its hash is over every content. */
export class RunLog {
  readonly #folder: string
  readonly #date: string
  readonly #files = new Map<string, TopicFile>()
  readonly #fileOfTopic = new Map<Topic, TopicFile>()
  readonly #hash = createHash('sha256')
  /** Contents, a line each, that wait for the hash. */
  #contents = Buffer.allocUnsafeSlow(2 * blockBytes)
  #used = 0
  #events = 0

  /** `date` names the folder of the files, `2026-11-24`. Throws when the folder holds a log already. */
  constructor(folder: string, date: string) {
    this.#folder = folder
    this.#date = date
  }

  get events(): number {
    return this.#events
  }

  append(event: Event): void {
    if (this.#used > blockBytes) this.#hashNow()
    const from = this.#used
    const end = writeContent(this.#contents, from, event)
    if (end >= this.#contents.length) {
      this.#hashNow()
      this.#contents = Buffer.allocUnsafeSlow(end + 1 + blockBytes)
      this.append(event)
      return
    }
    this.#contents[end] = 10
    this.#used = end + 1
    this.#line(this.#fileOf(event), from, end - 1)
    this.#events++
  }

  /** Makes everything durable; answers the content hash: SHA-256 over the content of every event, a line each, in hex. */
  close(): string {
    this.#hashNow()
    for (const file of this.#files.values()) {
      write(file)
      fdatasyncSync(file.fd)
      closeSync(file.fd)
    }
    return this.#hash.digest('hex')
  }

  #line(file: TopicFile, from: number, end: number): void {
    const bytes = end - from
    if (file.used + bytes + tailBytes > file.block.length) write(file)
    if (bytes + tailBytes > file.block.length) {
      const long = { fd: file.fd, block: Buffer.allocUnsafe(bytes + tailBytes), used: 0 }
      writeLine(long, this.#contents, from, end)
      write(long)
    } else writeLine(file, this.#contents, from, end)
  }

  #hashNow(): void {
    this.#hash.update(this.#contents.subarray(0, this.#used))
    this.#used = 0
  }

  #fileOf({ topic, seq }: Event): TopicFile {
    const known = this.#fileOfTopic.get(topic)
    if (known) return known
    const namespace = namespaceOf(topic)
    const file = this.#files.get(namespace) ?? this.#open(namespace, seq)
    this.#files.set(namespace, file)
    this.#fileOfTopic.set(topic, file)
    return file
  }

  #open(namespace: string, firstSeq: number): TopicFile {
    const folder = join(this.#folder, namespace, this.#date)
    makeFolder(folder)
    const fd = openSync(join(folder, segmentName(firstSeq)), 'wx')
    return { fd, block: Buffer.allocUnsafeSlow(blockBytes), used: 0 }
  }
}

const durable = Buffer.from(',"d":0')
const tail = Buffer.from(',"d":0,"crc":"00000000"}\n')
const hexDigits = Buffer.from('0123456789abcdef')

/** The content without its closing brace, nothing durable before it, and the crc of both: as `lineOf` has it. */
function writeLine(file: TopicFile, contents: Buffer, from: number, end: number): void {
  const { block, used } = file
  // One view for both: a call into Node costs more than the bytes of an event.
  const content = contents.subarray(from, end)
  block.set(content, used)
  let crc = crcAfter(crc32(content), durable)
  const at = used + end - from
  for (let i = 0; i < tailBytes; i++) block[at + i] = tail[i] as number
  for (let digit = at + 21; digit > at + 13; digit--) {
    block[digit] = hexDigits[crc & 15] as number
    crc >>>= 4
  }
  file.used = at + tailBytes
}

/** CRC-32 of what a crc is of, with a few more bytes behind it. */
function crcAfter(crc: number, bytes: Buffer): number {
  let rest = ~crc
  for (let i = 0; i < bytes.length; i++) rest = (crcTable[(rest ^ (bytes[i] as number)) & 255] as number) ^ (rest >>> 8)
  return ~rest >>> 0
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function write(file: TopicFile): void {
  for (let done = 0; done < file.used; ) done += writeSync(file.fd, file.block, done, file.used - done)
  file.used = 0
}
