import { namespaceOf } from '#schemas/catalogue.ts'
import type { Assignment, ServiceTopics } from './assignment.ts'
import { oldestBelieved } from './believed-snapshots.ts'
import { timeMode } from './time-mode.ts'

/** From where on the services of a run may have to hear events of a namespace again: the oldest snapshot of theirs that is believed; 1 where one has none. */
export function neededFrom(folder: string, run: string, namespace: string, assignment: Assignment): number {
  const isIn = (topic: Parameters<typeof namespaceOf>[0]) => namespaceOf(topic) === namespace
  const needing = snapshotting(assignment).filter(({ hears, says }) => [...hears, ...says].some(isIn))
  const oldest = needing.map(({ name }) => oldestBelieved({ folder, run, service: name })?.seq ?? 1)
  return Math.min(...oldest, Number.POSITIVE_INFINITY)
}

/** The services that begin with what they held; the clock of a live market follows no events. */
export const snapshotting = ({ services, topology }: Pick<Assignment, 'services' | 'topology'>): ServiceTopics[] =>
  services.filter(({ name, isAnswering }) => isAnswering && !(name === 'clock' && timeMode(topology) === 'live'))
