import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isSea } from 'node:sea'
import { packageRoot } from '#lib/process/package-root.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readTopology, type Topology } from './topology.ts'

/** The topology of a fresh machine: the seeded market, run `live`. */
export function defaultTopology(): Topology {
  return { ...readTopology(defaultTopologyFile()), run: 'live' }
}

/** Where it stands: in the package, or beside the single binary. */
export function defaultTopologyFile(): string {
  const folders = isSea() ? [join(process.execPath, '..'), process.cwd()] : [packageRoot()]
  const file = folders.map((folder) => join(folder, 'examples', 'seeded.yaml')).find(existsSync)
  if (file === undefined)
    throw new UserError('there is no examples/seeded.yaml beside the program', { hint: 'name a --topology' })
  return file
}
