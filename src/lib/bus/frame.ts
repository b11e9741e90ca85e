import { isAscii } from 'node:buffer'
import { z } from 'zod'
import { Micros, Name } from '#schemas/primitives.ts'
import { nestsBeyond } from './nesting.ts'

/** A frame is NDJSON: a header, and the events that it carries, a line each. */
export const formatFrame = (header: ServerHeader | ClientHeader, lines: readonly string[] = []): string =>
  lines.length === 0 ? JSON.stringify(header) : `${JSON.stringify(header)}\n${lines.join('\n')}`

/** Takes a frame apart. Throws on a header that is no JSON. */
export function splitFrame(text: string): { header: unknown; lines: string[] } {
  const end = text.indexOf('\n')
  if (end < 0) return { header: JSON.parse(text), lines: [] }
  return { header: JSON.parse(text.slice(0, end)), lines: text.slice(end + 1).split('\n') }
}

export const protocol = 2
/** Bytes of a frame; a server closes the connection of who sends more. */
export const frameBytesMost = 4 << 20

const Count = z.int().min(0)
const Mark = z.object({
  fact: z.object({ epoch: Count, n: Count }).nullable(),
  answer: z.object({ cause: Count, n: Count }).nullable(),
})

const groupsMost = 100_000
const groupEventsMost = 10_000

/** What a client says to the router. */
export const ClientHeader = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.literal(protocol),
    identity: Name,
    proof: z.string().max(128),
    /** The first event wanted; null wants none. `head` = whatever comes from now on. */
    from: z.union([z.int().min(1), z.literal('head')]).nullable(),
    topics: z.array(z.string().max(64)).max(256).nullable(),
    /** Under lockstep: answers event by event. */
    isService: z.boolean(),
  }),
  /** Groups of events, `groups` has their sizes; the first is this connection's group number k. */
  z.object({ t: z.literal('publish'), k: Count, groups: z.array(z.int().min(1).max(groupEventsMost)).max(groupsMost) }),
  /** Under lockstep: everything that the service has to say to the event with that seq. */
  z.object({ t: z.literal('answers'), seq: z.int().min(1) }),
  /** Every event up to that seq has been taken in: what was sent up to there burdens nobody any more. */
  z.object({ t: z.literal('heard'), seq: Count }),
])
export type ClientHeader = z.infer<typeof ClientHeader>

/** A client's frame: its header, and the lines of its events as they came, from `at` on; `text` is the frame's bytes as text. */
export type ClientFrame = {
  readonly header: ClientHeader
  readonly bytes: Buffer
  readonly text: string
  readonly at: number
}

const headerBytesMost = 1 << 20
const headerNestingMost = 3

/** Takes apart what came from a client, whoever that is; null when it is no frame of this protocol. */
export function readClientFrame(bytes: Buffer): ClientFrame | null {
  // Of plain ASCII a character is a byte: places in the text are places in the bytes.
  const text = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8')
  const end = text.indexOf('\n')
  const head = end < 0 ? text : text.slice(0, end)
  if (head.length > headerBytesMost || nestsBeyond(head, headerNestingMost)) return null
  let json: unknown
  try {
    json = JSON.parse(head)
  } catch {
    return null
  }
  // The one header that is read thousands of times a second is looked at by hand.
  const header = isPublish(json) ? json : ClientHeader.safeParse(json).data
  return header === undefined ? null : { header, bytes, text, at: end < 0 ? text.length : end + 1 }
}

/** How many lines of events a frame has. */
export function linesIn({ text, at }: ClientFrame): number {
  if (at >= text.length) return 0
  let count = 1
  for (let end = text.indexOf('\n', at); end >= 0; end = text.indexOf('\n', end + 1)) count++
  return count
}

function isPublish(json: unknown): json is Extract<ClientHeader, { t: 'publish' }> {
  const { t, k, groups } = (json ?? {}) as { t?: unknown; k?: unknown; groups?: unknown }
  if (t !== 'publish' || !isCount(k) || !Array.isArray(groups) || groups.length > groupsMost) return false
  return groups.every((size) => isCount(size) && size > 0 && size <= groupEventsMost)
}

/** A number, or how many. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** What the router says to a client. */
export const ServerHeader = z.discriminatedUnion('t', [
  z.object({ t: z.literal('challenge'), nonce: z.string() }),
  z.object({
    t: z.literal('welcome'),
    run: z.string(),
    /** What seals of this run are given under. */
    runId: z.string(),
    head: Count,
    /** The router's clock. */
    now: Micros,
    /** Those of this identity's sources. */
    marks: z.record(z.string(), Mark),
    lockstep: z.object({ startsAt: Micros, cursor: Count }).nullable(),
    /** What may be unacknowledged at one time. */
    credit: z.object({ groups: z.int().min(1), bytes: z.int().min(1) }),
    /** How often something comes, a ping at least. */
    heartbeatMs: z.int().min(1),
    /** It is one of a tree, which has every service. */
    isOfTree: z.boolean(),
  }),
  /** Every group before number k is in the log, durably. */
  z.object({
    t: z.literal('ack'),
    through: Count,
    /** Numbers of groups that were in the log before they came; nothing where there are none. */
    repeats: z.array(Count).optional(),
  }),
  z.object({ t: z.literal('refused'), k: Count.nullable(), reason: z.string() }),
  /** All events in [from, to] that were asked for. */
  z.object({ t: z.literal('events'), from: z.int().min(1), to: Count }),
])
export type ServerHeader = z.infer<typeof ServerHeader>
