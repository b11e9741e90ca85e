import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots } from '#lib/journal/snapshot-files.ts'
import { namespaceOf } from '#schemas/catalogue.ts'
import type { Assignment, ServiceTopics } from './assignment.ts'
import { timeMode } from './time-mode.ts'

/** From where on the services of a tree may have to hear events of a namespace again: the oldest of their snapshots; 1 without one. */
export function neededFrom(log: string, namespace: string, { services, topology }: Assignment): number {
  // The clock of a live market follows no events.
  const isRunning = ({ name, isAnswering }: ServiceTopics) =>
    isAnswering && !(name === 'clock' && timeMode(topology) === 'live')
  const needing = services.filter(
    (service) =>
      isRunning(service) && [...service.hears, ...service.says].some((topic) => namespaceOf(topic) === namespace),
  )
  const oldest = needing.map(({ name }) => readSnapshots(realDisk, log, name).at(-1)?.seq ?? 1)
  return Math.min(...oldest, Number.POSITIVE_INFINITY)
}
