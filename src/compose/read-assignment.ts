import { secretOrNull } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import { checkedIfGiven, SocketUrl } from '#lib/terminal/checked-flag.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { serviceRank } from '#schemas/service-rank.ts'
import type { Assigned } from './assignment.ts'
import { assignmentsOf, serviceTopics } from './assignments.ts'
import { defaultTopology } from './default-topology.ts'
import type { ProcessFlags } from './service-process.ts'
import { readTopology } from './topology.ts'

type Flags = Partial<Pick<ProcessFlags, 'topology' | 'url' | 'keys'>>

/**
 * The assignment of a process that was started alone, from the topology; of the seeded market without one. Rejects with a UserError on a fault in it,
 * and where the router is that of a tree.
 */
export async function readAssignment(name: string, flags: Flags, say: (message: string) => void): Promise<Assigned> {
  const { topology: file } = flags
  checkedIfGiven('url', flags.url, SocketUrl)
  const topology = file === undefined ? defaultTopology() : readTopology(file)
  if (!(serviceRank as readonly string[]).includes(name))
    return { assignment: { topology, config: null, services: serviceTopics(topology) }, onConfig: () => undefined }
  await refuseInTree(name, flags)
  const assignments = assignmentsOf(topology, file ?? null)
  return {
    assignment: assignments.of(name),
    onConfig: (hear) => assignments.watch([name], { changed: (_, config) => hear(config), unchanged: say }),
  }
}

/** Started by hand it would take the place of the tree's own. A missing key, or a router that is not there or refuses, is told of by what starts. [R28] */
async function refuseInTree(name: string, { url, keys }: Flags): Promise<void> {
  if (url === undefined || keys === undefined) return
  const secret = secretOrNull(keys, name, () => undefined)
  if (secret === null) return
  const door = { url, identity: name, secret, ca: trustedCa(url, keys) }
  const bus = await connectBus({ ...door, from: null, topics: null }).catch(() => null)
  await bus?.close()
  if (bus?.welcome.isOfTree !== true) return
  throw new UserError(`the tree of run ${bus.welcome.run} runs at ${url}, and has a process ${name} of its own`, {
    hint: 'trader status, positions, orders list and pnl show say what is so',
  })
}
