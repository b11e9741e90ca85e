import { createHash } from 'node:crypto'
import { z } from 'zod'

const Head = z.object({
  format: z.literal(1),
  service: z.string(),
  run: z.string(),
  /** The newest event that the service was shown: it has heard and answered everything up to there. */
  seq: z.int().min(1),
  /** SHA-256 of that event as it was shown: a log that has another there is another log. */
  eventHash: z.string(),
  /** The newest answer that it had given: a log that has less of them has lost its end since. */
  answered: z.object({ cause: z.int().min(1), n: z.int().min(0) }).nullable(),
  /** Of the configuration that is in force in the state. */
  configHash: z.string(),
  /** Of the code that made it, see `codeHash`: the state of other code may mean something else. */
  code: z.string(),
  version: z.string(),
  /** Services that had a configuration by then. */
  configured: z.array(z.string()),
})

/** What a snapshot is of. */
export type SnapshotHead = Omit<z.infer<typeof Head>, 'format'>
/** What a service held at an event, so that it need not hear again what was before. */
export type Snapshot = SnapshotHead & { readonly state: unknown }
/** The same as it is made: with the text of its state. */
export type FreshSnapshot = SnapshotHead & { readonly stateText: string }

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Two lines of JSON, what it is of and the state, and the SHA-256 of both. */
export function snapshotText({ stateText, ...head }: FreshSnapshot): string {
  const text = `${JSON.stringify({ format: 1, ...head })}\n${stateText}\n`
  return `${text}${sha256Of(text)}\n`
}

/** Null where a byte of it is not what was written. */
export function readSnapshotText(text: string): Snapshot | null {
  const head = readSnapshotHead(text)
  return head && { ...head, state: JSON.parse(text.split('\n')[1] as string) }
}

/** The same without its state. */
export function readSnapshotHead(text: string): SnapshotHead | null {
  const [head = '', stateText = '', hash, rest] = text.split('\n')
  if (rest !== '' || hash !== sha256Of(`${head}\n${stateText}\n`)) return null
  const parsed = Head.safeParse(JSON.parse(head))
  if (!parsed.success) return null
  const { format: _, ...known } = parsed.data
  return known
}
