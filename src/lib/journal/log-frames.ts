import { z } from 'zod'

/** No frame is larger. */
export const frameBytesMost = 4 << 20
/** What a read gives at most, so that it fits into a frame with its header. */
export const readBytesMost = 3 << 20

const k = z.int().min(0)
const Mark = z.object({
  fact: z.object({ epoch: z.int(), n: z.int() }).nullable(),
  answer: z.object({ cause: z.int(), n: z.int() }).nullable(),
})
const state = {
  run: z.string(),
  head: z.int().min(0),
  marks: z.record(z.string(), Mark),
  durability: z.record(z.string(), z.enum(['fsync', 'written'])),
}
const Result = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('appended'), from: z.int(), to: z.int() }),
  z.object({ kind: z.literal('repeat') }),
  z.object({ kind: z.literal('refused'), reason: z.string() }),
])

/** What a router says to the log. */
export const ToLog = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), protocol: z.literal(1), identity: z.string(), proof: z.string() }),
  z.object({ t: z.literal('append'), k, groups: z.array(z.int().min(0)).max(100_000) }),
  z.object({
    t: z.literal('read'),
    k,
    from: z.int().min(1),
    maxBytes: z.int().min(1),
    topics: z.array(z.string()).optional(),
  }),
  z.object({ t: z.literal('state'), k }),
])

/** What the log says to a router. */
export const FromLog = z.discriminatedUnion('t', [
  z.object({ t: z.literal('challenge'), nonce: z.string() }),
  z.object({ t: z.literal('welcome'), ...state }),
  z.object({ t: z.literal('refused'), reason: z.string() }),
  z.object({ t: z.literal('appended'), k, results: z.array(Result) }),
  z.object({ t: z.literal('events'), k, from: z.int(), to: z.int() }),
  z.object({ t: z.literal('state'), k, ...state }),
  z.object({ t: z.literal('failed'), k, reason: z.string() }),
])
export type ToLog = z.infer<typeof ToLog>
export type FromLog = z.infer<typeof FromLog>

/** A header and the events under it, as the text of a frame. */
export const frameOf = (header: ToLog | FromLog, lines: readonly string[] = []): string =>
  lines.length === 0 ? JSON.stringify(header) : `${JSON.stringify(header)}\n${lines.join('\n')}`

/** Takes a frame apart. Throws when its header is none of `schema`. */
export function openFrame<T>(schema: z.ZodType<T>, text: string): { readonly header: T; readonly lines: string[] } {
  const [head = '', ...lines] = text.split('\n')
  return { header: schema.parse(JSON.parse(head)), lines }
}
