import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topology } from './topology.ts'
import { runFolder } from './tree-children.ts'
import { replaceFile } from './tree-keys.ts'

/**
 * A run keeps its venue: what it holds and has at work is there, and nowhere else. Throws a UserError where the run began at another; the first start
 * writes down which it is, in `run.venue` of its folder.
 */
export function keepVenue(topology: Topology): void {
  const file = join(runFolder(topology), 'run.venue')
  const wanted = placeOf(topology.venue)
  const began = existsSync(file) ? readFileSync(file, 'utf8').trim() : null
  if (began === null) replaceFile(file, `${wanted}\n`)
  else if (began !== wanted)
    throw new UserError(`run ${topology.run} trades at ${began}, and cannot go on at ${wanted}`, {
      hint: 'another run: …, or --run NAME',
    })
}

/** `simulated`, `binance testnet`, `ccxt kraken production`. */
const placeOf = (venue: Topology['venue']): string =>
  venue.kind === 'simulated'
    ? venue.kind
    : [venue.kind, ...(venue.kind === 'ccxt' ? [venue.exchange] : []), venue.environment].join(' ')
