import { join } from 'node:path'
import { removedOf } from '#lib/journal/kept-events.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshotHeads } from '#lib/journal/snapshot-files.ts'
import { codeHash } from '#lib/process/version.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Assignment } from './assignment.ts'
import { newestBelieved } from './believed-snapshots.ts'
import { snapshotting } from './needed-from.ts'

/**
 * What retention removed is covered by a snapshot, which other code does not believe. Throws a UserError where one of these services would have to hear
 * some of it again, and names the version that need not. [J23]
 */
export function refuseUncovered(
  { topology, services }: Pick<Assignment, 'topology' | 'services'>,
  isMeant: (service: string) => boolean = () => true,
): void {
  const folder = join(topology.logs, topology.run)
  const removed = removedOf(folder)
  if (removed === null) return
  const keepsSnapshots = !topology.lockstep && topology.snapshots.everySeconds > 0
  const uncovered = snapshotting({ topology, services }).flatMap(({ name, hears, says }) => {
    const newest = keepsSnapshots ? newestBelieved({ folder, run: topology.run, service: name }) : undefined
    const isCovered = removedOf(folder, { topics: [...hears, ...says], from: newest?.seq ?? 1 }) === null
    return isCovered || !isMeant(name) ? [] : [name]
  })
  if (uncovered.length === 0) return
  const others = uncovered
    .flatMap((name) => readSnapshotHeads(realDisk, folder, name))
    .flatMap(({ code, version }) => (code === codeHash ? [] : [version]))
  const goOn =
    others.length === 0 ? '' : `go on with trader ${[...new Set(others)].join(' or ')}, which wrote them, or `
  const why = others.length === 0 ? 'and have no snapshot to begin at' : 'and their snapshots are of other code'
  throw new UserError(`${removed}: ${uncovered.join(', ')} would have to hear it again, ${why}`, {
    file: folder,
    hint: `${goOn}begin another run: run: …, or --run NAME`,
  })
}
