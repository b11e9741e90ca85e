import { crc32 } from 'node:zlib'
import { intEnd, intValue } from '#lib/codec/json-scan.ts'
import { readerOf } from '#lib/codec/topic-codec.ts'
import { readRaw } from '#lib/files/read-chunks.ts'
import type { MarketFact, MarketTopic } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { isTopic } from '#schemas/catalogue.ts'
import { segmentsIn } from './data-set-log.ts'
import { readManifest } from './data-set-manifest.ts'

/**
 * The facts of a data set from a seq on, in order, as many at a time as a block of the file holds. Throws a UserError where a
 * line is damaged, and where one is missing: its manifest says how many there are.
 */
export function* readBlocks(dir: string, fromSeq = 1): Generator<readonly MarketFact[]> {
  const { events } = readManifest(dir)
  const segments = segmentsIn(dir)
  let next = 1
  for (const [i, { file, firstSeq }] of segments.entries()) {
    const end = segments[i + 1]?.firstSeq ?? events + 1
    if (firstSeq !== next) throw missing(dir, next, firstSeq)
    next = end
    if (end <= fromSeq) continue
    let seq = firstSeq
    for (const lines of wholeLines(readRaw(file))) {
      const facts: MarketFact[] = []
      seq = takeLines(file, lines, seq, fromSeq, facts)
      if (facts.length > 0) yield facts
    }
    if (seq !== end) throw missing(file, seq, end)
  }
  if (next !== events + 1) throw missing(dir, next, events + 1)
}

/** Where the events `from` to `before` were expected; or more is there than is said. */
const missing = (file: string, from: number, before: number): UserError =>
  new UserError(
    from < before ? `events ${from} to ${before - 1} are missing` : `has more events than its manifest says`,
    { file, hint: 'make the data set again' },
  )

/** The same one by one. */
export function* readDataSet(dir: string, fromSeq = 1): Generator<MarketFact> {
  for (const facts of readBlocks(dir, fromSeq)) yield* facts
}

const newline = 10

/** Chunks cut at the ends of lines; the last one as it is. */
function* wholeLines(chunks: Iterable<Uint8Array>): Generator<Buffer> {
  let held = Buffer.alloc(0)
  for (const chunk of chunks) {
    const bytes = Buffer.concat([held, chunk])
    const end = bytes.lastIndexOf(newline) + 1
    if (end > 0) yield bytes.subarray(0, end)
    held = bytes.subarray(end)
  }
  if (held.length > 0) yield held
}

const crcHead = ',"crc":"'
const lineEnd = '"}'
const crcLength = crcHead.length + '00000000'.length + lineEnd.length

/**
 * Adds what the lines hold, and says which seq comes next. The rest of a line has one form, and a payload that our own writer wrote is read as
 * such; any other is parsed as JSON. Read as Latin-1 a place in the text is the same place in the bytes.
 */
function takeLines(file: string, bytes: Buffer, firstSeq: number, fromSeq: number, facts: MarketFact[]): number {
  const text = bytes.toString('latin1')
  let seq = firstSeq
  let topic: MarketTopic = 'md.bar'
  let reader = readerOf(topic)
  for (let start = 0; start < bytes.length; seq++) {
    const end = bytes.indexOf(newline, start)
    const bodyEnd = end - crcLength
    const isIntact =
      end > 0 &&
      text.startsWith('{"seq":', start) &&
      intValue(bytes, start + 7, intEnd(bytes, start + 7)) === seq &&
      text.startsWith(crcHead, bodyEnd) &&
      hexValue(bytes, end - 10, end - 2) === crc32(bytes.subarray(start, bodyEnd)) &&
      text.startsWith(lineEnd, end - lineEnd.length)
    if (!isIntact) throw new UserError(`event ${seq} is damaged`, { file, hint: 'make the data set again' })
    if (seq >= fromSeq) {
      const topicAt = text.indexOf('"topic":"', start) + 9
      // One and the same text for all: services compare it with theirs many times.
      if (!text.startsWith(topic, topicAt) || bytes[topicAt + topic.length] !== quote) {
        topic = text.slice(topicAt, text.indexOf('"', topicAt)) as MarketTopic
        reader = isTopic(topic) ? readerOf(topic) : null
      }
      const at = text.indexOf('"at":', topicAt + topic.length) + 5
      const payloadAt = text.indexOf('"payload":', at) + 10
      const payload =
        reader?.read(bytes, text, payloadAt) ?? parsed(bytes, payloadAt, text.lastIndexOf(',"d":', bodyEnd))
      facts.push({ at: intValue(bytes, at, intEnd(bytes, at)), topic, payload } as MarketFact)
    }
    start = end + 1
  }
  return seq
}

const quote = 34

const parsed = (bytes: Buffer, from: number, to: number): unknown => JSON.parse(bytes.toString('utf8', from, to))

/** Of the digits 0 to 9 and a to f; -1 where another stands among them. */
function hexValue(bytes: Buffer, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const code = bytes[at] as number
    const digit = code < 58 ? code - 48 : code < 97 ? -1 : code - 87
    if (digit < 0 || digit > 15) return -1
    value = value * 16 + digit
  }
  return value
}
