import type { KeyObject } from 'node:crypto'
import type { AnyService } from '#lib/kernel/service.ts'
import type { Event } from '#schemas/event.ts'
import type { SnapshotOptions } from './service-snapshots.ts'

/** What a service runs with over the router. */
export type RunnerOptions = {
  readonly service: AnyService
  /** What it is to run with: said as an event when the log has another, or none. */
  readonly config: { readonly hash: string; readonly config: unknown }
  /** Who must have a configuration first: whatever is said to a service before it has one, it does not hear. */
  readonly after?: readonly string[]
  /** A run is fed again: what configuration its log has goes before `config`. */
  readonly keepsRecorded?: boolean
  readonly url: string
  readonly secret: string
  readonly ca?: string | undefined
  /** Seals what the catalogue marks as signed. */
  readonly sealKey: KeyObject | null
  /** Checks the seal of signed inputs; null where the service has none. */
  readonly sealedBy: KeyObject | null
  /** Wall clock, microseconds UTC. */
  readonly now: () => number
  /** It runs with its configuration, and has seen all there was. */
  readonly onLive: () => void
  /** It cannot go on: the process ends, and begins again. */
  readonly onFault: (message: string) => void
  readonly heartbeatMs: number
  /** Where it keeps its snapshots: written at heartbeats. It keeps none where nothing is said. */
  readonly snapshots?: Omit<SnapshotOptions, 'code'> | null
  /** Sees each event that the service sees, after it. */
  readonly onEvent?: (event: Event) => void
}
