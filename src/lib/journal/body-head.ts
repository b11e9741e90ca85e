import { type IdParts, parseEventId } from '#lib/kernel/event-id.ts'

export type BodyHead = { readonly id: IdParts; readonly topic: string; readonly at: number }

/** What the log has to know of a body; null when its text is not that of an event, with or without a seal. */
export function headOf(body: string): BodyHead | null {
  const found = headPattern.exec(body)
  if (found === null || !(body.endsWith('}}') || sealEnd.test(body)) || body.includes('\n')) return null
  const [, idText, topic, at, source, cause] = found as unknown as [string, string, string, string, string, string]
  const id = parseEventId(idText)
  if (id.source !== source || id.isFact !== (cause === 'null')) return null
  return { id, topic, at: Number(at) }
}

const headPattern =
  /^\{"id":"([a-z][a-z0-9_-]*:e?\d{1,15}\.\d{1,15})","topic":"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)","v":\d+,"at":(\d+),"source":"([a-z0-9_-]+)","cause":(null|"[a-z0-9_:.-]+"),"payload":\{/
const sealEnd = /\},"sig":"[A-Za-z0-9_-]{86}"\}$/
