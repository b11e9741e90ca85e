import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { readSecret } from '#lib/bus/auth.ts'
import type { RunnerOptions } from '#lib/bus/runner-options.ts'
import { ServiceRunner } from '#lib/bus/service-runner.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import type { AnyService } from '#lib/kernel/service.ts'
import { loadPrivateKey, loadPublicKey } from '#lib/process/seal-keys.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, type Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import type { Assignment } from './assignment.ts'
import { refuseUncovered } from './refuse-uncovered.ts'
import type { Topology } from './topology.ts'

/** The flags of every process of a tree. */
export const processFlags = {
  topology: Flags.string({ description: 'What runs (YAML), see examples/. Without it: the seeded market' }),
  assigned: Flags.boolean({ description: 'The supervisor says what runs', hidden: true, default: false }),
  url: Flags.string({ description: 'The router', default: 'ws://127.0.0.1:7411' }),
  keys: Flags.string({ description: 'Folder of the keys', default: 'keys' }),
}
export type ProcessFlags = {
  readonly topology?: string
  readonly assigned: boolean
  readonly url: string
  readonly keys: string
}

/** Wall clock, microseconds UTC. */
export const wallClock = (): number => Date.now() * 1_000

/** This process cannot go on; who started it begins it again. */
export function failProcess(message: string): never {
  process.stderr.write(`trader: ${message}\n`)
  process.exit(1)
}

type Hooks = { readonly onLive: () => void; readonly onEvent?: (event: Event) => void }

const heartbeatMs = 10_000

/** A strategy says at once, and once, which indicators it needs. */
const hearsFirst: Partial<Record<ServiceName, readonly ServiceName[]>> = { strategy: ['indicators'] }

/** Runs a service over the router, with the configuration that it was assigned. */
export function runService(
  service: AnyService,
  flags: ProcessFlags,
  assignment: Assignment,
  hooks: Hooks,
): ServiceRunner {
  const { name } = service
  const { config, topology } = assignment
  if (config === null) throw new Error(`${name} has no configuration here`)
  // In a tree it was asked before anything started.
  if (!flags.assigned) refuseUncovered(assignment, (one) => one === name)
  const isSigned = (topic: Topic) => 'isSigned' in catalogue[topic]
  return new ServiceRunner({
    service,
    config,
    after: hearsFirst[name] ?? [],
    keepsRecorded: topology.feed.kind === 'run',
    url: flags.url,
    secret: readSecret(flags.keys, name),
    ca: trustedCa(flags.url, flags.keys),
    sealKey: service.emits.some(isSigned) ? loadPrivateKey(keyFile(flags.keys, 'risk.seal.pem')).privateKey : null,
    sealedBy: service.subscribes.some(isSigned) ? loadPublicKey(keyFile(flags.keys, 'risk.seal.pub.pem')) : null,
    now: wallClock,
    onFault: failProcess,
    heartbeatMs,
    snapshots: snapshotsOf(topology),
    ...hooks,
  })
}

/** Where an edge writes down what it says until the log has it. */
export const outboxOf = ({ logs, run }: Topology, source: string) => ({
  folder: join(logs, run, 'outbox', source),
  say: (message: string) => void process.stderr.write(`trader: ${message}\n`),
})

function snapshotsOf(topology: Topology): RunnerOptions['snapshots'] {
  const everyMs = topology.snapshots.everySeconds * 1_000
  if (topology.lockstep || everyMs === 0) return null
  const say = (message: string) => void process.stderr.write(`trader: ${message}\n`)
  return { folder: join(topology.logs, topology.run), everyMs, say }
}

function keyFile(keys: string, name: string): string {
  const file = join(keys, name)
  if (!existsSync(file)) throw new UserError('there is no such key', { file, hint: 'trader up makes the keys' })
  return file
}
