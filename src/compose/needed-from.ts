import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots } from '#lib/journal/snapshot-files.ts'
import { namespaceOf } from '#schemas/catalogue.ts'
import type { ServiceTopics } from './assignment.ts'

/** From where on the services of a tree may have to hear events of a namespace again: the oldest of their snapshots; 1 without one. */
export function neededFrom(log: string, namespace: string, services: readonly ServiceTopics[]): number {
  const needing = services.filter(
    ({ isAnswering, hears, says }) =>
      isAnswering && [...hears, ...says].some((topic) => namespaceOf(topic) === namespace),
  )
  const oldest = needing.map(({ name }) => readSnapshots(realDisk, log, name).at(-1)?.seq ?? 1)
  return Math.min(...oldest, Number.POSITIVE_INFINITY)
}
