import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import type { VenueConfig } from '#services/venue/service.ts'
import { recordedRun } from './recorded-run.ts'
import type { RunFeed, Topology } from './topology.ts'
import { topologyOfFlags } from './topology-of-flags.ts'

export type ReplayWish = {
  /** Where the log is that is fed again. */
  readonly log: string
  /** Name of the new run. */
  readonly run: string
  readonly logs: string
  readonly keys: string
  readonly port: number
  readonly speed: RunFeed['speed']
  readonly seek: RunFeed['seek']
}

/** The tree that hears a recorded run again: its services with the configurations of that run, its time that of the events. */
export function replayTopology({ log, run, logs, keys, port, speed, seek }: ReplayWish): Topology {
  const { configs, startsAt } = recordedRun(log)
  const configOf = (name: ServiceName): unknown => {
    const { config } = configs.get(name) ?? {}
    if (config === undefined) throw new UserError(`${name} was never configured in that run`, { file: log })
    return config
  }
  // That of a real venue was never said: what it did is fed.
  const {
    currency: _,
    currencies: __,
    ...venue
  }: Partial<VenueConfig> = configs.has('venue') ? (configOf('venue') as VenueConfig) : unheard
  const { startingCash, currency, conversions, fifo } = configOf('pnl') as Topology['account']
  return topologyOfFlags({
    run,
    logs,
    keys,
    router: { port },
    lockstep: true,
    startsAt,
    feed: { kind: 'run', path: resolve(log), speed, seek },
    account: { currency, startingCash, conversions, fifo },
    clock: { mode: 'replay' },
    venue,
  })
}

const unheard = { fill: 'touch', currency: undefined } as const

/** A name that no run has yet: `replay-<run>`, then `replay-<run>-2`. */
export function freeReplayName(logs: string, recorded: string): string {
  const base = `replay-${recorded.toLowerCase().replace(/[^a-z0-9_-]+/g, '-')}`.slice(0, 60)
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`
    if (!existsSync(join(logs, name))) return name
  }
}
