import { writeBody } from '#lib/codec/event-bytes.ts'
import type { Event } from '#schemas/event.ts'

/** An event without its seq, as its writer says it. */
export type Unsequenced = Omit<Event, 'seq'>

/** The canonical text of an event but for its seq: what its writer says, signs and sends. Payload fields are in the order of their schema. */
export function bodyOf(event: Unsequenced): string {
  const end = writeBody(scratch, 0, event)
  if (end <= scratch.length) return scratch.toString('utf8', 0, end)
  scratch = Buffer.allocUnsafeSlow(end * 2)
  return bodyOf(event)
}

let scratch = Buffer.allocUnsafeSlow(1 << 16)

/** The same of an event that may have fields which its schema does not name: they are kept, and the payload's fields in their order. */
export function bodyAsSaid({ id, topic, v, at, source, cause, payload }: Unsequenced): string {
  const causeText = cause === null ? 'null' : `"${cause}"`
  return `{"id":"${id}","topic":"${topic}","v":${v},"at":${at},"source":"${source}","cause":${causeText},"payload":${JSON.stringify(payload)}}`
}

/** The body with its writer's seal as the last field. */
export const signedBody = (body: string, sig: string): string => `${body.slice(0, -1)},"sig":"${sig}"}`

/** What the log makes of a body: the same text with the seq in front. */
export const contentOf = (seq: number, body: string): string => `{"seq":${seq},${body.slice(1)}`

const sigLength = ',"sig":""}'.length + 86

/** Takes the seal off a text that may end in one; a payload is an object, so that a text without a seal ends in two braces. */
export function splitSig(text: string): { readonly text: string; readonly sig: string | undefined } {
  if (text.charCodeAt(text.length - 2) !== 34) return { text, sig: undefined }
  const cut = text.length - sigLength
  return { text: `${text.slice(0, cut)}}`, sig: text.slice(cut + 8, -2) }
}

export const seqIn = (content: string): number => Number(content.slice(7, content.indexOf(',')))

/** The body of a content: what a seal is over. */
export const bodyIn = (content: string): string => `{${content.slice(content.indexOf(',') + 1)}`
