import { refuseUnwhole, removedOf } from '#lib/journal/kept-events.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots } from '#lib/journal/snapshot-files.ts'
import { codeHash } from '#lib/process/version.ts'
import type { HeldAt } from '#services/strategy/adapters/explain-run.ts'
import { strategy } from '#services/strategy/service.ts'

/**
 * Where retention removed what strategies heard: what they held at the oldest of their snapshots, behind which all is kept. Null where all of the
 * run is there. Throws a UserError where there is no such snapshot of this code.
 */
export function strategyHeldIn(log: string): HeldAt | null {
  const topics = strategy.subscribes
  if (removedOf(log, { topics }) === null) return null
  const held = readSnapshots(realDisk, log, strategy.name)
    .filter(({ code, seq }) => code === codeHash && removedOf(log, { topics, from: seq + 1 }) === null)
    .at(-1)
  if (held === undefined)
    refuseUnwhole(log, { topics, why: 'no snapshot of this version has what strategies held then' })
  return held ?? null
}
