import type { z } from 'zod'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import { Envelope } from '#schemas/envelope.ts'

/** `path` is where in the event, `payload.open`; empty for the line as a whole. */
export type LineFault = { readonly path: string; readonly message: string }

/** `newer`: of a higher version than is known here, its payload unchecked. */
export type CheckedLine =
  | { readonly kind: 'valid' }
  | { readonly kind: 'newer'; readonly topic: string; readonly v: number; readonly known: number }
  | { readonly kind: 'invalid'; readonly faults: readonly LineFault[] }

/** Checks a line of a log against the envelope and the catalogue and names every fault. Unknown fields are let pass. Never throws. */
export function checkLine(text: string): CheckedLine {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return invalid([{ path: '', message: 'is not JSON' }])
  }
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) return invalid(faultsOf(envelope.error))
  const { topic, v, payload } = envelope.data
  if (!isTopic(topic)) return invalid([{ path: 'topic', message: `there is no topic ${topic}` }])
  const known = catalogue[topic]
  if (v > known.v) return { kind: 'newer', topic, v, known: known.v }
  const checked = known.schema.safeParse(payload)
  return checked.success ? { kind: 'valid' } : invalid(faultsOf(checked.error, ['payload']))
}

const invalid = (faults: readonly LineFault[]): CheckedLine => ({ kind: 'invalid', faults })

const faultsOf = (error: z.ZodError, above: readonly string[] = []): LineFault[] =>
  error.issues.map(({ path, message }) => ({ path: [...above, ...path].map(String).join('.'), message }))
