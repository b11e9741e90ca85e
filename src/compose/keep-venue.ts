import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Topology } from './topology.ts'
import { runFolder } from './tree-children.ts'
import { replaceFile } from './tree-keys.ts'

/**
 * A run keeps its venue: what it holds and has at work is there, and nowhere else. Throws a UserError where the run began at another, as `run.venue` of its
 * folder says, or its log; and where it has orders, and neither says of which venue. [G56]
 */
export function refuseOtherVenue(topology: Topology): void {
  const { run, venue, feed } = topology
  const folder = runFolder(topology)
  const file = join(folder, 'run.venue')
  // What is fed again traded elsewhere.
  const inLog = () => simulatedIn(folder) ?? (feed.kind === 'run' ? null : realIn(folder))
  const began = existsSync(file) ? readFileSync(file, 'utf8').trim() : inLog()
  const wanted = placeOf(venue)
  if (began === null || began === wanted) return
  const hint = 'another run: …, or --run NAME'
  if (began === venue.kind || (began === someVenue && venue.kind !== 'simulated'))
    throw new UserError(`run ${run} has orders at ${began}, and it is not written down which that is`, {
      hint: `if it is ${wanted}, write that into ${file}; else ${hint}`,
    })
  throw new UserError(`run ${run} trades at ${began}, and cannot go on at ${wanted}`, { hint })
}

/** It trades from now on. */
export function keepVenue(topology: Topology): void {
  const file = join(runFolder(topology), 'run.venue')
  if (!existsSync(file)) replaceFile(file, `${placeOf(topology.venue)}\n`)
}

/** A simulated venue is a service, which has a configuration in the log. */
function simulatedIn(folder: string): 'simulated' | null {
  for (const { payload } of eventsIn(folder, 'system.config')) if (payload.service === 'venue') return 'simulated'
  return null
}

/** The kind of a real venue that spoke of orders in the log, or that there are orders of which none spoke; null where there are none. */
function realIn(folder: string): string | null {
  let hasOrders = false
  for (const { source } of eventsIn(folder, 'order.submitted', 'order.accepted', 'order.fill')) {
    if (source.startsWith('venue-')) return source.slice('venue-'.length)
    hasOrders = true
  }
  return hasOrders ? someVenue : null
}

const someVenue = 'a real venue'

function* eventsIn<T extends Topic>(folder: string, ...topics: T[]): Generator<Event<T>> {
  if (!existsSync(join(folder, 'system')) && !existsSync(join(folder, 'journal'))) return
  for (const { content } of readLog(folder, { topics })) yield JSON.parse(content) as Event<T>
}

/** `simulated`, `binance testnet`, `ccxt kraken production`. */
const placeOf = (venue: Topology['venue']): string =>
  venue.kind === 'simulated'
    ? venue.kind
    : [venue.kind, ...(venue.kind === 'ccxt' ? [venue.exchange] : []), venue.environment].join(' ')
