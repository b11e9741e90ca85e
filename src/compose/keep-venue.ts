import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event } from '#schemas/event.ts'
import type { Topology } from './topology.ts'
import { runFolder } from './tree-children.ts'
import { replaceFile } from './tree-keys.ts'

/**
 * A run keeps its venue: what it holds and has at work is there, and nowhere else. Throws a UserError where the run began at another, as `run.venue` of its
 * folder says, or its log. [G56]
 */
export function refuseOtherVenue(topology: Topology): void {
  const folder = runFolder(topology)
  const file = join(folder, 'run.venue')
  const began = existsSync(file) ? readFileSync(file, 'utf8').trim() : simulatedIn(folder)
  const wanted = placeOf(topology.venue)
  if (began === null || began === wanted) return
  throw new UserError(`run ${topology.run} trades at ${began}, and cannot go on at ${wanted}`, {
    hint: 'another run: …, or --run NAME',
  })
}

/** It trades from now on. */
export function keepVenue(topology: Topology): void {
  const file = join(runFolder(topology), 'run.venue')
  if (!existsSync(file)) replaceFile(file, `${placeOf(topology.venue)}\n`)
}

/** A simulated venue is a service, which has a configuration in the log. */
function simulatedIn(folder: string): 'simulated' | null {
  if (!existsSync(join(folder, 'system')) && !existsSync(join(folder, 'journal'))) return null
  for (const { content } of readLog(folder, { topics: ['system.config'] }))
    if ((JSON.parse(content) as Event<'system.config'>).payload.service === 'venue') return 'simulated'
  return null
}

/** `simulated`, `binance testnet`, `ccxt kraken production`. */
const placeOf = (venue: Topology['venue']): string =>
  venue.kind === 'simulated'
    ? venue.kind
    : [venue.kind, ...(venue.kind === 'ccxt' ? [venue.exchange] : []), venue.environment].join(' ')
