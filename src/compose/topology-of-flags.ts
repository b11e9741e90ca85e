import { UserError } from '#lib/terminal/user-error.ts'
import { refuseDoubleBars } from './refuse-double-bars.ts'
import { Topology } from './topology.ts'

/** The topology that the flags of a command come to. Throws a UserError where there can be none of that kind. */
export function topologyOfFlags(settings: object): Topology {
  const topology = Topology.safeParse(settings)
  if (!topology.success) {
    const [issue] = topology.error.issues
    throw new UserError(`${issue?.path.join('.')}: ${issue?.message}`)
  }
  refuseDoubleBars(topology.data)
  return topology.data
}
