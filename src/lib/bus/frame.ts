import { z } from 'zod'
import { Micros, Name } from '#schemas/primitives.ts'

/** A frame is NDJSON: a header, and the events that it carries, a line each. */
export const formatFrame = (header: ServerHeader | ClientHeader, lines: readonly string[] = []): string =>
  lines.length === 0 ? JSON.stringify(header) : `${JSON.stringify(header)}\n${lines.join('\n')}`

/** Takes a frame apart. Throws on a header that is no JSON. */
export function splitFrame(text: string): { header: unknown; lines: string[] } {
  const [header = '', ...lines] = text.split('\n')
  return { header: JSON.parse(header), lines }
}

export const protocol = 1
/** Bytes of a frame; a server closes the connection of who sends more. */
export const frameBytesMost = 4 << 20

const Count = z.int().min(0)
const Mark = z.object({
  fact: z.object({ epoch: Count, n: Count }).nullable(),
  answer: z.object({ cause: Count, n: Count }).nullable(),
})

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
  z.object({ t: z.literal('publish'), k: Count, groups: z.array(z.int().min(1).max(10_000)).max(100_000) }),
  /** Under lockstep: everything that the service has to say to the event with that seq. */
  z.object({ t: z.literal('answers'), seq: z.int().min(1) }),
])
export type ClientHeader = z.infer<typeof ClientHeader>

/** What the router says to a client. */
export const ServerHeader = z.discriminatedUnion('t', [
  z.object({ t: z.literal('challenge'), nonce: z.string() }),
  z.object({
    t: z.literal('welcome'),
    run: z.string(),
    head: Count,
    /** Those of this identity's sources. */
    marks: z.record(z.string(), Mark),
    lockstep: z.object({ startsAt: Micros, cursor: Count }).nullable(),
  }),
  /** Every group before number k is in the log, durably. */
  z.object({ t: z.literal('ack'), through: Count }),
  z.object({ t: z.literal('refused'), k: Count.nullable(), reason: z.string() }),
  /** All events in [from, to] that were asked for. */
  z.object({ t: z.literal('events'), from: z.int().min(1), to: Count }),
])
export type ServerHeader = z.infer<typeof ServerHeader>
