import { closeSync, fdatasyncSync, ftruncateSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { makeFolder } from '#lib/files/make-folder.ts'
import { readRaw } from '#lib/files/read-chunks.ts'
import { syncFolder } from '#lib/files/sync-folder.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { factId } from '#lib/kernel/event-id.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { catalogue } from '#schemas/catalogue.ts'

/** Events are committed in batches of this many, whatever happens: so an interrupted import ends as an undisturbed one. */
const batchEvents = 4096
const segmentBytesMost = 64 << 20

/** The JSON of a fact as the event number `seq` of a data set, without what belongs to its line. */
export function eventText({ topic, at, payload }: MarketFact, seq: number): string {
  const id = factId('md', 1, seq - 1)
  return `{"seq":${seq},"id":"${id}","topic":"${topic}","v":${catalogue[topic].v},"at":${at},"source":"md","cause":null,"payload":${JSON.stringify(payload)}`
}

/** A data set's log being written. Opened on what an interrupted import has left, it goes on behind its last whole batch. */
export class DataSetLog {
  readonly #folder: string
  #fd: number | null = null
  #bytes = 0
  #head: number
  #durable: number
  #batch: string[] = []

  constructor(dir: string) {
    this.#folder = join(dir, 'md')
    makeFolder(this.#folder)
    const segments = segmentsIn(dir)
    this.#head = 0
    const last = segments.at(-1)
    if (last !== undefined) this.#goOnBehind(last)
    this.#durable = this.#head
  }

  /** The seq of the newest event. */
  get head(): number {
    return this.#head
  }

  /** Takes the JSON that `eventText` makes, for the seq after the head. */
  append(text: string): void {
    this.#head++
    this.#batch.push(lineOf(text, this.#durable))
    if (this.#batch.length === batchEvents) this.#commit()
  }

  close(): void {
    this.#commit()
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  #commit(): void {
    if (this.#batch.length === 0) return
    if (this.#fd === null || this.#bytes >= segmentBytesMost) this.#startSegment()
    const bytes = Buffer.from(this.#batch.join(''))
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#fd as number, bytes, done, bytes.length - done, this.#bytes + done)
    fdatasyncSync(this.#fd as number)
    this.#bytes += bytes.length
    this.#durable = this.#head
    this.#batch = []
  }

  #startSegment(): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = openSync(segmentFile(this.#folder, this.#durable + 1), 'wx')
    this.#bytes = 0
    syncFolder(this.#folder)
  }

  /** Cuts off what is torn, and what does not fill a batch. */
  #goOnBehind(segment: Segment): void {
    let seq = segment.firstSeq - 1
    let bytes = 0
    let whole = { seq, bytes }
    for (const line of textLines(readRaw(segment.file))) {
      if (!isIntact(line, seq + 1)) break
      seq++
      bytes += Buffer.byteLength(line) + 1
      if (seq % batchEvents === 0) whole = { seq, bytes }
    }
    this.#head = whole.seq
    if (whole.bytes === 0) {
      rmSync(segment.file)
      const before = segmentsIn(join(this.#folder, '..')).at(-1)
      if (before !== undefined) this.#goOnBehind(before)
      return
    }
    this.#fd = openSync(segment.file, 'r+')
    ftruncateSync(this.#fd, whole.bytes)
    fdatasyncSync(this.#fd)
    this.#bytes = whole.bytes
  }
}

export type Segment = { readonly file: string; readonly firstSeq: number }

/** The files of a data set's log, in order; none where its folder is gone. */
export function segmentsIn(dir: string): Segment[] {
  const folder = join(dir, 'md')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => /^\d{12}\.jsonl$/.test(entry.name) && !entry.isDirectory())
    .map(({ name }) => ({ file: join(folder, name), firstSeq: Number(name.slice(0, 12)) }))
    .sort((a, b) => a.firstSeq - b.firstSeq)
}

const segmentFile = (folder: string, firstSeq: number) => join(folder, `${String(firstSeq).padStart(12, '0')}.jsonl`)

const crcBytes = ',"crc":"00000000"}'.length

function lineOf(text: string, durable: number): string {
  const body = `${text},"d":${durable}`
  return `${body},"crc":"${crc32(body).toString(16).padStart(8, '0')}"}\n`
}

function isIntact(line: string, seq: number): boolean {
  const body = line.slice(0, -crcBytes)
  return (
    line.startsWith(`{"seq":${seq},`) &&
    line.slice(-crcBytes) === `,"crc":"${crc32(body).toString(16).padStart(8, '0')}"}`
  )
}
