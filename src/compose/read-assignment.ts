import { UserError } from '#lib/terminal/user-error.ts'
import { serviceRank } from '#schemas/service-rank.ts'
import type { Assigned } from './assignment.ts'
import { assignmentsOf, serviceTopics } from './assignments.ts'
import { defaultTopology } from './default-topology.ts'
import type { ProcessFlags } from './service-process.ts'
import { readTopology } from './topology.ts'
import { treeAt } from './tree-file.ts'

type Flags = Partial<Pick<ProcessFlags, 'topology' | 'url'>>

/**
 * The assignment of a process that was started alone, from the topology; of the seeded market without one. Throws a UserError on a fault in it, and
 * where a tree runs at that router: it would take the place of its process.
 */
export function readAssignment(name: string, { topology: file, url }: Flags, say: (message: string) => void): Assigned {
  const topology = file === undefined ? defaultTopology() : readTopology(file)
  const tree = url === undefined ? null : treeAt(topology.logs, url)
  if (tree !== null)
    throw new UserError(`the tree of run ${tree.run} runs at ${url}, and has a process ${name} of its own`, {
      hint: 'trader status, positions, orders list and pnl show say what is so',
    })
  if (!(serviceRank as readonly string[]).includes(name))
    return { assignment: { topology, config: null, services: serviceTopics(topology) }, onConfig: () => undefined }
  const assignments = assignmentsOf(topology, file ?? null)
  return {
    assignment: assignments.of(name),
    onConfig: (hear) => assignments.watch([name], { changed: (_, config) => hear(config), unchanged: say }),
  }
}
