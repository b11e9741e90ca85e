import { crc32 } from 'node:zlib'
import { splitSig } from '#lib/codec/event-text.ts'
import { writeInt, writePlain } from '#lib/codec/json-bytes.ts'
import type { Sequenced } from '#lib/journal/sequence-groups.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

/** Lines of one namespace, with their line ends, whose seqs follow each other; and the topic and event time of each. */
export type TopicRun = {
  readonly namespace: string
  readonly firstSeq: number
  readonly topics: readonly string[]
  readonly ats: readonly number[]
  readonly bytes: Buffer
}

/** A line is longer than its body by that much at most: its seq, `d`, `g` and crc. */
const noteBytesMost = 128

/** No less than the bytes of the lines of these events. */
export function lineBytesMost(events: readonly Sequenced[]): number {
  let most = 0
  for (const { body } of events) most += Buffer.byteLength(body) + noteBytesMost
  return most
}

/** Writes the lines of a commit, as `lineOf` has them. */
export function writeLines(
  into: Buffer,
  events: readonly Sequenced[],
  durable: number,
): { readonly bytes: Buffer; readonly runs: readonly TopicRun[] } {
  const runs: TopicRun[] = []
  let end = 0
  for (let i = 0; i < events.length; ) {
    const { seq: firstSeq, topic: first } = events[i] as Sequenced
    const namespace = namespaceOf(first)
    const topics: string[] = []
    const ats: number[] = []
    const from = end
    for (; i < events.length; i++) {
      const event = events[i] as Sequenced
      if (namespaceOf(event.topic) !== namespace) break
      topics.push(event.topic)
      ats.push(event.at)
      end = writeLine(into, end, event, durable)
    }
    runs.push({ namespace, firstSeq, topics, ats, bytes: into.subarray(from, end) })
  }
  return { bytes: into.subarray(0, end), runs }
}

// The bytes are written where they stay, and the crc is taken of them there: a text for each step costs three times as much.
function writeLine(into: Buffer, from: number, { seq, body, following }: Sequenced, durable: number): number {
  const { text, sig } = splitSig(body)
  let at = writePlain(into, writeInt(into, writePlain(into, from, '{"seq":'), seq), ',')
  at += into.write(text.slice(1, -1), at)
  at = writeInt(into, writePlain(into, at, ',"d":'), durable)
  if (following > 0) at = writeInt(into, writePlain(into, at, ',"g":'), following)
  if (sig !== undefined) at = writePlain(into, writePlain(into, writePlain(into, at, ',"sig":"'), sig), '"')
  const crc = crc32(into.subarray(from, at))
  return writePlain(into, writeHex(into, writePlain(into, at, ',"crc":"'), crc), '"}\n')
}

function writeHex(into: Buffer, at: number, value: number): number {
  for (let i = 0; i < 8; i++) into[at + i] = hexDigits[(value >>> (28 - 4 * i)) & 15] as number
  return at + 8
}

const hexDigits = Buffer.from('0123456789abcdef')
