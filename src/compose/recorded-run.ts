import type { RecordedFact } from '#lib/bus/record-publisher.ts'
import { bodyIn } from '#lib/codec/event-text.ts'
import { refuseUnwhole } from '#lib/journal/kept-events.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { ServiceConfig } from './service-configs.ts'

export type RecordedRun = {
  /** The first configuration of each service that had one. */
  readonly configs: ReadonlyMap<string, ServiceConfig>
  /** The time of the first of them. */
  readonly startsAt: number
}

/** What a run started with, from its log. Throws a UserError where it never started, or is not whole. */
export function recordedRun(folder: string): RecordedRun {
  refuseUnwhole(folder, { why: 'a run that is not whole cannot be fed again' })
  const configs = new Map<string, ServiceConfig>()
  let startsAt: number | null = null
  for (const { content } of readLog(folder)) {
    const { at, topic, payload } = JSON.parse(content) as Event
    // A feed begins when every service has its configuration.
    if (topic.startsWith('md.')) break
    if (topic !== 'system.config') continue
    startsAt ??= at
    if (!configs.has(payload.service)) configs.set(payload.service, { hash: payload.hash, config: payload.config })
  }
  if (startsAt === null) throw new UserError('no service of that run was ever configured', { file: folder })
  return { configs, startsAt }
}

/** A fact with its place in the log that it is from. */
export type FactOfRun = RecordedFact & { readonly seq: number }

/**
 * What entered a run from outside, in order: what feeds, clock and operators said, and configurations after a service's first, but for one that is said
 * again by a process that began anew. What
 * processes said of themselves (heartbeats, alerts) is left out: those of another run speak for themselves.
 */
export function* factsOfRun(folder: string): Generator<FactOfRun> {
  const newest = new Map<string, { readonly hash: string; readonly n: number }>()
  for (const { content } of readLog(folder)) {
    if (!isFact.test(content)) continue
    const body = bodyIn(content)
    const { seq, id, topic, at, source, payload } = JSON.parse(content) as Event
    if (topic === 'system.config') {
      const before = newest.get(source)
      if (before?.hash === payload.hash) continue
      const n = before === undefined ? 0 : before.n + 1
      newest.set(source, { hash: payload.hash, n })
      if (n === 0) continue
      // Its number counts what the process said of itself too; far apart from the epochs of the process that hears it now.
      const own = `${source}:e${n * 1_000_000}.0`
      yield { seq, id: own, at, identity: source, body: body.replace(id, own) }
    } else if (isTopic(topic)) {
      const { writer } = catalogue[topic]
      if (writer !== 'self' && writer !== 'router') yield { seq, id, at, identity: writer, body }
    }
  }
}

const isFact = /^\{"seq":\d+,"id":"[^":]+:e/
