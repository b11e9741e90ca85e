import { z } from 'zod'
import { isCount } from '#lib/bus/frame.ts'
import type { AppendResult } from '#lib/bus/log-port.ts'
import { readAs } from '#lib/codec/read-as.ts'

/** No frame is larger. */
export const frameBytesMost = 8 << 20
/** What a read gives at most, so that it fits into a frame with its header. */
export const readBytesMost = 3 << 20

const groupsMost = 100_000
const k = z.int().min(0)
const Mark = z.object({
  fact: z.object({ epoch: z.int(), n: z.int() }).nullable(),
  answer: z.object({ cause: z.int(), n: z.int() }).nullable(),
})
const state = {
  run: z.string(),
  runId: z.string(),
  head: z.int().min(0),
  marks: z.record(z.string(), Mark),
  durability: z.record(z.string(), z.enum(['fsync', 'written'])),
  diskUsedPercent: z.number(),
}
const Result = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('appended'), from: z.int(), to: z.int() }),
  z.object({ kind: z.literal('repeat') }),
  z.object({ kind: z.literal('refused'), reason: z.string() }),
])

/** What a router says to the log. */
export const ToLog = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), protocol: z.literal(1), identity: z.string(), proof: z.string() }),
  z.object({
    t: z.literal('append'),
    k,
    groups: z.array(z.int().min(0)).max(groupsMost),
    runs: z
      .array(z.tuple([z.int().min(0).max(groupsMost), z.int().min(0)]).readonly())
      .readonly()
      .optional(),
  }),
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
  /** Groups follow each other from seq `from` on, each appended whole; but for those that `others` names, by their place. */
  z.object({ t: z.literal('appended'), k, from: z.int(), others: z.array(z.tuple([z.int().min(0), Result])) }),
  z.object({
    t: z.literal('events'),
    k,
    from: z.int(),
    to: z.int(),
    firstKept: z.int().optional(),
    damage: z.string().optional(),
  }),
  z.object({ t: z.literal('state'), k, ...state }),
  z.object({ t: z.literal('failed'), k, reason: z.string() }),
])
export type ToLog = z.infer<typeof ToLog>
export type FromLog = z.infer<typeof FromLog>

/** A header and the events under it, as the text of a frame. */
export const frameOf = (header: ToLog | FromLog, lines: readonly string[] = []): string =>
  lines.length === 0 ? JSON.stringify(header) : `${JSON.stringify(header)}\n${lines.join('\n')}`

type Opened<T> = { readonly header: T; readonly lines: string[] }

/** Takes a frame of a router apart. Throws when its header is none. */
export const openToLog = (text: string): Opened<ToLog> => openFrame(ToLog, isAppend, text)
/** Takes a frame of the log apart. Throws when its header is none. */
export const openFromLog = (text: string): Opened<FromLog> => openFrame(FromLog, isAppended, text)

/** The one header that comes a thousand times a second, of thousands of groups, is looked at by hand. */
function openFrame<T>(schema: z.ZodType<T>, isFrequent: (json: object) => json is T & object, text: string): Opened<T> {
  const end = text.indexOf('\n')
  const json: unknown = JSON.parse(end < 0 ? text : text.slice(0, end))
  const header = typeof json === 'object' && json !== null && isFrequent(json) ? json : readAs(schema, json)
  return { header, lines: end < 0 ? [] : text.slice(end + 1).split('\n') }
}

function isAppend(json: { t?: unknown; k?: unknown; groups?: unknown; runs?: unknown }): json is ToLog {
  const { t, k, groups, runs = [] } = json
  if (t !== 'append' || !isCount(k) || !Array.isArray(groups) || groups.length > groupsMost) return false
  return groups.every(isCount) && Array.isArray(runs) && runs.every(isRun)
}

const isRun = (run: unknown): boolean =>
  Array.isArray(run) && run.length === 2 && isCount(run[0]) && run[0] <= groupsMost && isCount(run[1])

function isAppended(json: { t?: unknown; k?: unknown; from?: unknown; others?: unknown }): json is FromLog {
  const { t, k, from, others } = json
  return t === 'appended' && isCount(k) && isCount(from) && Array.isArray(others) && others.length === 0
}

/** What became of groups, in few words where nothing is special about them. */
export function packResults(
  sizes: readonly number[],
  results: readonly AppendResult[],
): Pick<Extract<FromLog, { t: 'appended' }>, 'from' | 'others'> {
  const others: [number, AppendResult][] = []
  let from = 0
  let next = 0
  results.forEach((result, i) => {
    const size = sizes[i] as number
    if (result.kind === 'appended' && from === 0) {
      from = result.from
      next = from
    }
    if (result.kind !== 'appended' || result.from !== next || result.to !== next + size - 1) others.push([i, result])
    if (result.kind === 'appended') next = result.to + 1
  })
  return { from, others }
}

/** The results that `packResults` put so shortly. */
export function unpackResults(
  sizes: readonly number[],
  { from, others }: Pick<Extract<FromLog, { t: 'appended' }>, 'from' | 'others'>,
): AppendResult[] {
  let next = from
  let other = 0
  return sizes.map((size, i) => {
    const special = others[other]
    if (special?.[0] === i) {
      other++
      if (special[1].kind === 'appended') next = special[1].to + 1
      return special[1]
    }
    const result = { kind: 'appended', from: next, to: next + size - 1 } as const
    next += size
    return result
  })
}
