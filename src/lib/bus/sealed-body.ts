import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import { bodyOf, signedBody } from '#lib/codec/event-text.ts'
import { sealContent, sealedText } from '#lib/process/seal.ts'
import { catalogue } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** The body of an event as it leaves its service's process: with a seal, for this run alone, where the catalogue marks its topic as signed. */
export function sealedBody(event: Event, sealKey: KeyObject | null, runId: string): string {
  const body = bodyOf(event)
  if (!('isSigned' in catalogue[event.topic])) return body
  assert(sealKey !== null, `${event.source} says ${event.topic} and has no key to seal it`)
  return signedBody(body, sealContent(sealKey, sealedText(runId, body)))
}
