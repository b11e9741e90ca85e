import { z } from 'zod'
import { readEvent } from '#lib/codec/event-reader.ts'
import { bodyAsSaid, signedBody, splitSig } from '#lib/codec/event-text.ts'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import { Envelope } from '#schemas/envelope.ts'
import type { Event } from '#schemas/event.ts'

type Checked = {
  /** With seq 0: the log has yet to give one. */
  readonly event: Event
  /** The canonical text, without the seal. */
  readonly body: string
  readonly sig: string | undefined
}

/** A body after its check. `newer`: of a higher version than is known here, its payload unchecked. */
export type CheckedBody =
  | ({ readonly kind: 'valid' | 'newer' } & Checked)
  | { readonly kind: 'invalid'; readonly path: string; readonly message: string }

const Body = Envelope.omit({ seq: true }).extend({ payload: z.record(z.string(), z.unknown()) })

/** Checks what somebody wants to say against the envelope and the catalogue. Unknown fields of a payload are kept. Never throws. */
export function checkBody(text: string): CheckedBody {
  const { text: unsigned, sig } = splitSig(text)
  const event = readBody(unsigned)
  return event === undefined ? checkJson(unsigned, sig) : { kind: 'valid', event, body: unsigned, sig }
}

/** What our own writer wrote needs no other check. */
function readBody(text: string): Event | undefined {
  const bytes = Buffer.from(text)
  const read = readEvent(bytes, bytes.length === text.length ? text : bytes.toString('latin1'), 0)
  return read !== undefined && read.end === bytes.length - 1 && read.event.seq === 0 && bytes[read.end] === 125
    ? read.event
    : undefined
}

function checkJson(unsigned: string, sig: string | undefined): CheckedBody {
  let json: unknown
  try {
    json = JSON.parse(unsigned)
  } catch {
    return { kind: 'invalid', path: '', message: 'is not JSON' }
  }
  const envelope = Body.safeParse(json)
  if (!envelope.success) return invalid(envelope.error)
  const { topic, v } = envelope.data
  if (!isTopic(topic)) return { kind: 'invalid', path: 'topic', message: `there is no topic ${topic}` }
  const known = catalogue[topic]
  const event = { seq: 0, ...envelope.data } as Event
  const checked: Checked = { event, body: bodyAsSaid(event), sig }
  if (v > known.v) return { kind: 'newer', ...checked }
  const payload = known.schema.safeParse(envelope.data.payload)
  return payload.success ? { kind: 'valid', ...checked } : invalid(payload.error, ['payload'])
}

/** The text as it goes on: canonical, with its seal. */
export const canonicalText = ({ body, sig }: Checked): string => (sig === undefined ? body : signedBody(body, sig))

function invalid(error: z.ZodError, above: readonly string[] = []): CheckedBody {
  const issue = error.issues[0] as z.core.$ZodIssue
  return { kind: 'invalid', path: [...above, ...issue.path].map(String).join('.'), message: issue.message }
}
