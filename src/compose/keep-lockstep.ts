import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isLog } from '#lib/journal/log-folder.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Topology } from './topology.ts'
import { runFolder } from './tree-children.ts'
import { replaceFile } from './tree-keys.ts'

/**
 * A run goes on in lockstep that was in lockstep from its first event on, as `run.lockstep` of its folder says. Of one that ran free an event may be
 * answered by some and not by all: the rest would never be said. Throws a UserError. [R30]
 */
export function keepLockstep(topology: Topology): void {
  const folder = runFolder(topology)
  const file = join(folder, 'run.lockstep')
  if (!topology.lockstep) rmSync(file, { force: true })
  else if (!existsSync(file)) {
    if (isLog(folder))
      throw new UserError(`run ${topology.run} ran free, and cannot go on in lockstep`, {
        hint: 'another run: …, or --run NAME',
      })
    replaceFile(file, 'from its first event on\n')
  }
}
