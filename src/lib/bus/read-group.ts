import { checkBody } from '#lib/codec/check-event.ts'
import { signedBody } from '#lib/codec/event-text.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Group } from './committer.ts'
import { nestsBeyond } from './nesting.ts'
import { whyForbidden } from './permission.ts'

export type GroupRead =
  | { readonly group: Group; readonly newer: readonly PayloadOf<'system.version_mismatch'>[] }
  | { readonly refusal: string }

const eventSizeMost = 1 << 20
const nestingMost = 32

/** Checks what an identity wants to say together. A refusal names the event and the path of the fault. */
export function readGroup(identity: string, texts: readonly string[]): GroupRead {
  const bodies: string[] = []
  const topics: string[] = []
  const configured: (string | null)[] = []
  const newer: PayloadOf<'system.version_mismatch'>[] = []
  let together: string | null | undefined
  for (const text of texts) {
    if (text.length > eventSizeMost)
      return { refusal: `${text.slice(0, 80)}: is longer than ${eventSizeMost} characters` }
    if (nestsBeyond(text, nestingMost)) return { refusal: `${text.slice(0, 80)}: nests deeper than ${nestingMost}` }
    const checked = checkBody(text)
    if (checked.kind === 'invalid')
      return { refusal: `${text.slice(0, 80)}: ${checked.path === '' ? '' : `${checked.path}: `}${checked.message}` }
    const { event, body, sig } = checked
    if (text.includes('"__proto__"') || (!text.startsWith(body.slice(0, -1)) && namesPrototype(text)))
      return { refusal: `${event.id}: __proto__ is no name for anything` }
    const forbidden = whyForbidden(identity, event)
    if (forbidden !== null) return { refusal: `${event.id}: ${forbidden}` }
    if (together !== undefined && event.cause !== together)
      return { refusal: `${event.id}: events of one group have one cause` }
    together = event.cause
    if (checked.kind === 'newer') newer.push(mismatch(event))
    bodies.push(sig === undefined ? body : signedBody(body, sig))
    topics.push(event.topic)
    configured.push(event.topic === 'system.config' ? event.payload.service : null)
  }
  return { group: { bodies, topics, configured }, newer }
}

const mismatch = ({ id, topic, v }: Event): PayloadOf<'system.version_mismatch'> => ({
  event: id,
  topic,
  v,
  known: catalogue[topic].v,
})

/** Whatever way it is written: only asked of text that is not canonical. */
function namesPrototype(text: string): boolean {
  let isNamed = false
  JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') isNamed = true
    return value
  })
  return isNamed
}
