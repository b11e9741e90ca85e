import { catalogue, isTopic, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { copyOf, digitsEnd, intEnd, intValue } from './json-scan.ts'
import type { PayloadReader } from './payload-reader.ts'
import { readerOf } from './topic-codec.ts'

/** An event and where its payload ended: at the brace that closes the event, or at the comma before what the log added. */
export type ReadEvent = { readonly event: Event; readonly end: number }

/**
 * Reads an event as our own writer wrote it, with or without its seq (then 0), envelope and payload checked on the way. Undefined for any
 * other text, be it right or wrong: JSON.parse and the schemas decide then. `text` is the same bytes read as Latin-1.
 */
export function readEvent(bytes: Buffer, text: string, from: number): ReadEvent | undefined {
  let at = after(bytes, from, openSeq)
  let seq = 0
  if (at > 0) {
    const end = intEnd(bytes, at)
    if (end < 0 || bytes[end] !== comma) return undefined
    seq = intValue(bytes, at, end)
    at = after(bytes, end + 1, openId)
    if (seq < 1) return undefined
  } else {
    if (bytes[from] !== brace) return undefined
    at = after(bytes, from + 1, openId)
  }
  const idEnd = at > 0 ? eventIdEnd(bytes, at) : -1
  const topicAt = idEnd > 0 ? after(bytes, idEnd, openTopic) : -1
  if (topicAt < 0) return undefined
  const id = copyOf(bytes, text, at, idEnd)
  const topicEnd = text.indexOf('"', topicAt)
  const known = knownTopic(text.slice(topicAt, topicEnd))
  const vAt = known === undefined ? -1 : after(bytes, topicEnd, openV)
  if (known === undefined || vAt < 0) return undefined
  const vEnd = intEnd(bytes, vAt)
  const timeAt = vEnd > 0 && intValue(bytes, vAt, vEnd) === known.v ? after(bytes, vEnd, openAt) : -1
  const timeEnd = timeAt > 0 ? intEnd(bytes, timeAt) : -1
  const sourceAt = timeEnd > 0 ? after(bytes, timeEnd, openSource) : -1
  const sourceEnd = sourceAt > 0 ? nameEnd(bytes, sourceAt) : -1
  if (sourceEnd < 0) return undefined
  const source = copyOf(bytes, text, sourceAt, sourceEnd)
  let payloadAt = after(bytes, sourceEnd, noCause)
  let cause: string | null = null
  if (payloadAt < 0) {
    const causeAt = after(bytes, sourceEnd, openCause)
    const causeEnd = causeAt > 0 ? eventIdEnd(bytes, causeAt) : -1
    payloadAt = causeEnd > 0 ? after(bytes, causeEnd, openPayload) : -1
    if (payloadAt < 0) return undefined
    cause = copyOf(bytes, text, causeAt, causeEnd)
  }
  const time = intValue(bytes, timeAt, timeEnd)
  const payload = time < 0 ? undefined : known.reader.read(bytes, text, payloadAt)
  if (payload === undefined) return undefined
  return {
    event: { seq, id, topic: known.topic, v: known.v, at: time, source, cause, payload } as Event,
    end: known.reader.end,
  }
}

type Known = { readonly topic: Topic; readonly v: number; readonly reader: PayloadReader }

const known = new Map<string, Known>()

/** The topic as the one text that everybody compares with; undefined for one that is not read here. */
function knownTopic(topic: string): Known | undefined {
  const found = known.get(topic)
  if (found !== undefined || !isTopic(topic)) return found
  const reader = readerOf(topic)
  if (reader === null) return undefined
  const made = { topic, v: catalogue[topic].v, reader }
  known.set(topic, made)
  return made
}

const comma = 44
const brace = 123
const colon = 58
const openSeq = Buffer.from('{"seq":')
const openId = Buffer.from('"id":"')
const openTopic = Buffer.from('","topic":"')
const openV = Buffer.from('","v":')
const openAt = Buffer.from(',"at":')
const openSource = Buffer.from(',"source":"')
const noCause = Buffer.from('","cause":null,"payload":')
const openCause = Buffer.from('","cause":"')
const openPayload = Buffer.from('","payload":')

/** Where it goes on behind a constant; -1 where something else stands there. */
function after(bytes: Buffer, at: number, constant: Buffer): number {
  const { length } = constant
  for (let i = 0; i < length; i++) if (bytes[at + i] !== constant[i]) return -1
  return at + length
}

/** `risk:42.0`, `md:e1.7`, up to its quote: as the schema of an EventId has it. */
function eventIdEnd(bytes: Buffer, from: number): number {
  const source = wordEnd(bytes, from)
  if (source === from || bytes[source] !== colon) return -1
  const major = bytes[source + 1] === 101 ? source + 2 : source + 1
  const dot = digitsEnd(bytes, major)
  if (dot === major || bytes[dot] !== 46) return -1
  const end = digitsEnd(bytes, dot + 1)
  return end === dot + 1 || bytes[end] !== 34 || end - from > 96 ? -1 : end
}

function nameEnd(bytes: Buffer, from: number): number {
  const end = wordEnd(bytes, from)
  return end === from || end - from > 64 || bytes[end] !== 34 ? -1 : end
}

/** `[a-z][a-z0-9_-]*`; where it begins when there is none. */
function wordEnd(bytes: Buffer, from: number): number {
  const first = bytes[from] as number
  if (!(first >= 97 && first <= 122)) return from
  let at = from + 1
  for (let code = bytes[at] as number; isWord(code); code = bytes[at] as number) at++
  return at
}

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95
