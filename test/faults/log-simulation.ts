import { zstdCompressSync } from 'node:zlib'
import type { AppendResult } from '#lib/bus/log-port.ts'
import { contentOf } from '#lib/codec/event-text.ts'
import { checkLog } from '#lib/journal/check-log.ts'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import type { Durability } from '#lib/journal/durability.ts'
import type { EventLog } from '#lib/journal/event-log.ts'
import type { Torn } from '#lib/journal/journal-tail.ts'
import { textOf } from '#lib/journal/new-file.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { frameParams } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { firstKept, readRetained } from '#lib/journal/retained.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { below, type Chance, chanceOf, isLikely, pick } from '#test/faults/chance.ts'
import { type Mutation, SimDisk } from '#test/faults/sim-disk.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

export type Simulated = {
  readonly seed: number
  readonly crashes: number
  readonly events: number
  /** The first thing that was not as promised. */
  readonly violation: string | null
}

type Options = { readonly seed: number; readonly mutation?: Mutation; readonly durability?: Durability }

/** A group that was handed to the log and has no answer yet: it may be in the log, whole. */
type Said = { readonly bodies: readonly string[]; readonly isFsync: boolean }

type Model = {
  /** What was acknowledged, in order of seq. */
  contents: string[]
  /** How much of it outlives a power cut. */
  durable: number
  /** What was acknowledged before the power cut, when that is more: it may still be there. */
  maybe: readonly string[]
  said: Said[]
  /** Copies of what was torn, by path: they stay. */
  readonly torn: Map<string, number>
  /** One has outlived a power cut: there is one for good, so that a start does not have to read all. */
  hasCheckpoint: boolean
}

class Violation extends Error {}

const folder = '/logs/live'
const longEvents = 60

/** One log on one disk through many deaths of its process, until it is long; checked after each. */
export async function simulateLog({ seed, mutation = null, durability = {} }: Options): Promise<Simulated> {
  const chance = chanceOf(seed)
  const disk = new SimDisk(chance, mutation)
  const model: Model = { contents: [], durable: 0, maybe: [], said: [], torn: new Map(), hasCheckpoint: false }
  let [crashes, events, date] = [0, 0, 24]
  const today = () => `2026-11-${isLikely(chance, 0.03) ? ++date : date}`
  const onTorn = ({ copy, bytes }: Torn) => void model.torn.set(copy, bytes)
  const isPacking = isLikely(chance, 0.1) || mutation?.step.startsWith('packed') === true
  const compress = isPacking ? async (bytes: Buffer) => zstdCompressSync(bytes, frameParams) : null
  const isRemoving = seed % 11 === 5 || mutation?.step.startsWith('retained') === true
  const neededFrom = () => Math.max(1, model.contents.length - 10)
  const retention = isRemoving ? { retention: { md: { mib: 1_000 / 2 ** 20 } }, neededFrom } : null
  const options = {
    retention,
    compress,
    disk,
    durability,
    today,
    onTorn,
    segmentBytes: 300 + below(chance, 1_500),
    aheadBytes: below(chance, 300),
  }
  const open = async (live: (log: EventLog) => Promise<void>) => {
    if (model.hasCheckpoint && readCheckpoint(disk, folder) === null) throw new Violation('the checkpoint is gone')
    const log = await openEventLog(folder, options)
    try {
      await check(log, model, disk)
      await live(log)
    } finally {
      await log.close().catch(() => undefined)
    }
  }
  try {
    while (model.contents.length < longEvents) {
      disk.crashAfter(1 + below(chance, 50))
      if (isLikely(chance, 0.05)) disk.failSyncAfter(1 + below(chance, 30))
      try {
        await open((log) => live(log, model, { disk, chance, durability }))
      } catch (error) {
        if (error instanceof Violation || !(disk.isDead || isFailedSync(error))) throw error
      }
      crashes++
      const how = isLikely(chance, 0.7) ? 'power' : 'kill'
      disk.restart(how)
      if (how === 'power') {
        if (model.contents.length > model.maybe.length) model.maybe = model.contents
        model.contents = model.contents.slice(0, model.durable)
        model.hasCheckpoint ||= readCheckpoint(disk, folder) !== null
      }
      events = Math.max(events, model.contents.length)
      if (!isLikely(chance, 0.5)) continue
      await open(async () => undefined)
      checkFiles(model, disk)
    }
    return { seed, crashes, events, violation: null }
  } catch (error) {
    return { seed, crashes, events, violation: messageOf(error) }
  }
}

/** Many of them, until there were so many crashes, or one shows a violation. */
export async function simulateLogs(
  crashes: number,
  options: Options,
): Promise<{ crashes: number; events: number; logs: number; violation: string | null; seed: number }> {
  const total = { crashes: 0, events: 0, logs: 0, violation: null as string | null, seed: options.seed }
  while (total.crashes < crashes && total.violation === null) {
    total.seed = options.seed + total.logs++
    const one = await simulateLog({ ...options, seed: total.seed })
    total.crashes += one.crashes
    total.events += one.events
    total.violation = one.violation
  }
  return total
}

const isFailedSync = (error: unknown): boolean => /EIO|the log cannot write/.test((error as Error).message)

function messageOf(error: unknown): string {
  if (error instanceof Violation) return error.message
  if (error instanceof UserError) return `refuses to open: ${error.file}: ${error.message}`
  return `throws ${(error as Error).stack}`
}

type Around = { readonly disk: SimDisk; readonly chance: Chance; readonly durability: Durability }

async function live(log: EventLog, model: Model, { disk, chance, durability }: Around): Promise<void> {
  const next = await speakers(log)
  for (let step = below(chance, 12); step >= 0; step--) {
    disk.isFull = isLikely(chance, 0.03)
    const said = Array.from({ length: 1 + below(chance, 3) }, () => next(chance, durability, model.contents.length))
    model.said.push(...said)
    const appends = said.map(({ bodies }) => log.append([bodies]))
    const results = await Promise.allSettled(appends)
    const failed = results.find((result) => result.status === 'rejected')
    results.forEach((result, i) => {
      if (result.status === 'fulfilled') settle(model, said[i] as Said, result.value[0] as AppendResult)
    })
    if (failed !== undefined) throw failed.reason
    if (results.some((result) => result.status === 'fulfilled' && result.value[0]?.kind === 'refused')) return
    disk.isFull = false
    if (isLikely(chance, 0.2)) checkFiles(model, disk)
    if (isLikely(chance, 0.2)) await new Promise((resolve) => setImmediate(resolve))
  }
}

function settle(model: Model, said: Said, result: AppendResult): void {
  model.said.splice(model.said.indexOf(said), 1)
  if (result.kind === 'refused' && result.reason === 'disk_full') return
  if (result.kind !== 'appended') throw new Violation(`${said.bodies[0]} is ${JSON.stringify(result)}`)
  said.bodies.forEach((body, i) => {
    model.contents[result.from + i - 1] = contentOf(result.from + i, body)
  })
  if (said.isFsync) model.durable = result.to
}

/** Says what follows from what the log has: facts of two sources, answers of a third. */
async function speakers(log: EventLog) {
  const { marks, head } = await log.state()
  const epochs = new Map(['md', 'clock'].map((source) => [source, (marks[source]?.fact?.epoch ?? 0) + 1]))
  const counts = new Map<string, number>()
  let cause = marks.risk?.answer?.cause ?? 0
  return (chance: Chance, durability: Durability, known: number): Said => {
    const size = 1 + below(chance, 3)
    if (isLikely(chance, 0.3) && cause < Math.min(head, known)) {
      cause += 1 + below(chance, Math.min(head, known) - cause)
      return { bodies: groupOf('risk', cause, size), isFsync: true }
    }
    const source = pick(chance, ['md', 'clock'] as const)
    const topic = source === 'md' ? 'md.bar' : 'system.time'
    const from = counts.get(source) ?? 0
    counts.set(source, from + size)
    const text = 'x'.repeat(below(chance, 80))
    const bodies = Array.from({ length: size }, (_, i) =>
      fact(source, epochs.get(source) as number, from + i, topic, text),
    )
    return { bodies, isFsync: durability[source] !== 'written' }
  }
}

/** What was acknowledged is there, once and in order; what is there besides was said, and is whole. */
async function check(log: EventLog, model: Model, disk: SimDisk): Promise<void> {
  const first = firstKept(readRetained(disk, folder), null)
  if (first > 1 && first > Math.max(model.contents.length, model.maybe.length) - 10)
    throw new Violation(`what is needed was removed: the first that is kept is ${first} of ${model.contents.length}`)
  // Of what was removed the files are looked at by topic.
  const contents = [...(model.contents.length >= model.maybe.length ? model.contents : model.maybe).slice(0, first - 1)]
  for (;;) {
    const { to, lines } = await log.read({ from: contents.length + 1, maxBytes: 1 << 20 })
    if (to <= contents.length) break
    contents.push(...lines)
  }
  const { head } = await log.state()
  if (head !== contents.length) throw new Violation(`the head is ${head}, and ${contents.length} events can be read`)
  model.contents.forEach((content, i) => {
    if (contents[i] !== content) throw new Violation(`event ${i + 1} was ${content}, and is ${contents[i]}`)
  })
  let at = model.contents.length
  while (at < contents.length && contents[at] === model.maybe[at]) at++
  for (const { bodies } of model.said) {
    if (at === contents.length) break
    if (bodies.some((body, i) => contents[at + i] !== contentOf(at + i + 1, body)))
      throw new Violation(`event ${at + 1} is ${contents[at]}: not the group that was said, or not the whole of it`)
    at += bodies.length
  }
  if (at < contents.length) throw new Violation(`event ${at + 1} was never said: ${contents[at]}`)
  model.contents = contents
  model.durable = contents.length
  model.said = []
  model.maybe = []
  for (const [copy, bytes] of model.torn) {
    const kept = Buffer.byteLength(textOf(disk, copy) ?? '', 'latin1')
    if (kept === 0 && bytes > 0) throw new Violation(`${copy} had ${bytes} bytes, and has ${kept}`)
  }
  checkFiles(model, disk)
}

/** The reader of files sees what was acknowledged, and nothing else; also by topic. */
function checkFiles({ contents }: Model, disk: SimDisk): void {
  const from = firstKept(readRetained(disk, folder), null)
  const kept = contents.slice(from - 1)
  const found = [...readLog(folder, { disk, from })].map(({ content }) => content)
  const differs = found.findIndex((content, i) => content !== kept[i])
  if (differs >= 0 || found.length !== kept.length)
    throw new Violation(`in the files event ${from + differs} is ${found[differs]}; ${found.length} of ${kept.length}`)
  const isMd = (content: string) => content.includes('"topic":"md.')
  const md = [...readLog(folder, { disk, from, topics: ['md'] })].map(({ content }) => content)
  if (md.join() !== kept.filter(isMd).join()) throw new Violation(`by topic there are ${md.length} of md`)
  const others = [...readLog(folder, { disk, topics: ['system', 'order', 'risk'] })].map(({ content }) => content)
  if (others.join() !== contents.filter((content) => !isMd(content)).join())
    throw new Violation(`by topic there are ${others.length} that are not of md`)
  if (from > 1) checkRemoved(disk)
}

function checkRemoved(disk: SimDisk): void {
  checkLog(folder, {
    disk,
    onFault: ({ kind, message }) => {
      if (kind === 'missing' || kind === 'chain') throw new Violation(`check says ${kind}: ${message}`)
    },
  })
}
