import { serviceRank } from '#schemas/service-rank.ts'
import type { Assigned } from './assignment.ts'
import { assignmentsOf, serviceTopics } from './assignments.ts'
import { defaultTopology } from './default-topology.ts'
import { readTopology } from './topology.ts'

/** The assignment of a process that was started alone, from the topology; of the seeded market without one. Throws a UserError on a fault in it. */
export function readAssignment(name: string, file: string | undefined, say: (message: string) => void): Assigned {
  const topology = file === undefined ? defaultTopology() : readTopology(file)
  if (!(serviceRank as readonly string[]).includes(name))
    return { assignment: { topology, config: null, services: serviceTopics(topology) }, onConfig: () => undefined }
  const assignments = assignmentsOf(topology, file ?? null)
  return {
    assignment: assignments.of(name),
    onConfig: (hear) => assignments.watch([name], { changed: (_, config) => hear(config), unchanged: say }),
  }
}
