import { isAscii } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { readRaw } from '#lib/files/read-chunks.ts'
import type { MarketFact, MarketTopic } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { segmentsIn } from './data-set-log.ts'

/**
 * The facts of a data set from a seq on, in order, as many at a time as a block of the file holds. Throws a UserError where a
 * line is damaged.
 */
export function* readBlocks(dir: string, fromSeq = 1): Generator<readonly MarketFact[]> {
  const segments = segmentsIn(dir)
  for (const [i, { file, firstSeq }] of segments.entries()) {
    if ((segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) <= fromSeq) continue
    let seq = firstSeq
    for (const lines of wholeLines(readRaw(file))) {
      const facts: MarketFact[] = []
      seq = takeLines(file, lines, seq, fromSeq, facts)
      if (facts.length > 0) yield facts
    }
  }
}

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
const crcLength = crcHead.length + '00000000"}'.length

/**
 * Adds what the lines hold, and says which seq comes next. Only the payload is parsed as JSON: the rest of a line has one form. Read as
 * Latin-1 a place in the text is the same place in the bytes.
 */
function takeLines(file: string, bytes: Buffer, firstSeq: number, fromSeq: number, facts: MarketFact[]): number {
  const text = bytes.toString('latin1')
  const isPlain = isAscii(bytes)
  let seq = firstSeq
  let topic = 'md.bar'
  for (let start = 0; start < text.length; seq++) {
    const end = text.indexOf('\n', start)
    const bodyEnd = end - crcLength
    const isIntact =
      end > 0 &&
      text.startsWith(`{"seq":${seq},`, start) &&
      text.startsWith(crcHead, bodyEnd) &&
      Number.parseInt(text.slice(end - 10, end - 2), 16) === crc32(bytes.subarray(start, bodyEnd))
    if (!isIntact) throw new UserError(`event ${seq} is damaged`, { file, hint: 'make the data set again' })
    if (seq >= fromSeq) {
      const topicAt = text.indexOf('"topic":"', start) + 9
      // One and the same text for all: services compare it with theirs many times.
      if (!text.startsWith(topic, topicAt) || text.charCodeAt(topicAt + topic.length) !== quote)
        topic = text.slice(topicAt, text.indexOf('"', topicAt))
      const at = text.indexOf('"at":', topicAt + topic.length) + 5
      const payloadAt = text.indexOf('"payload":', at) + 10
      const payloadEnd = text.lastIndexOf(',"d":', bodyEnd)
      const payload = isPlain ? text.slice(payloadAt, payloadEnd) : bytes.toString('utf8', payloadAt, payloadEnd)
      facts.push({
        at: Number(text.slice(at, text.indexOf(',', at))),
        topic: topic as MarketTopic,
        payload: JSON.parse(payload),
      } as MarketFact)
    }
    start = end + 1
  }
  return seq
}

const quote = 34
