import { endWithSupervisor } from '#lib/process/child-life.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topic } from '#schemas/catalogue.ts'
import type { ServiceConfig } from './service-configs.ts'
import type { ProcessFlags } from './service-process.ts'
import type { Topology } from './topology.ts'

/** What a process of a tree is to do, as plain JSON: so that none but its supervisor has to read files and know every service. */
export type Assignment = {
  readonly topology: Topology
  /** Its configuration; null where it is no service that answers. */
  readonly config: ServiceConfig | null
  /** Every service, and whether it answers in this tree. */
  readonly services: readonly ServiceTopics[]
}

export type ServiceTopics = {
  readonly name: string
  readonly hears: readonly Topic[]
  readonly says: readonly Topic[]
  readonly isAnswering: boolean
}

export type Assigned = {
  readonly assignment: Assignment
  /** A later configuration. */
  readonly onConfig: (hear: (config: ServiceConfig) => void) => void
}

/** Asks the supervisor; a process that was started alone reads its topology. */
export async function assigned(
  name: string,
  flags: Pick<ProcessFlags, 'topology' | 'assigned'> & Partial<Pick<ProcessFlags, 'url' | 'keys'>>,
  say: (message: string) => void,
): Promise<Assigned> {
  if (flags.assigned) return assignedBySupervisor()
  const { readAssignment } = await import('./read-assignment.ts')
  return readAssignment(name, flags, say)
}

/** What a supervisor sends to a child: first its assignment, later configurations. */
export type AssigningMessage = { readonly assignment: Assignment } | { readonly config: ServiceConfig }

function assignedBySupervisor(): Promise<Assigned> {
  if (process.send === undefined) throw new UserError('--assigned is for the processes of trader up')
  // It may die while this one waits for others.
  endWithSupervisor()
  let hear: (config: ServiceConfig) => void = () => undefined
  return new Promise((resolve) => {
    process.on('message', (message: AssigningMessage) => {
      if ('config' in message) hear(message.config)
      else
        resolve({
          assignment: message.assignment,
          onConfig: (told) => {
            hear = told
          },
        })
    })
  })
}
