import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getAsset, getAssetKeys, isSea } from 'node:sea'
import { makeFolder } from '#lib/files/make-folder.ts'
import { packageRoot } from '#lib/process/package-root.ts'
import { readTopology, type Topology } from './topology.ts'

/** The topology of a fresh machine: the seeded market, run `live`. */
export function defaultTopology(): Topology {
  return { ...readTopology(defaultTopologyFile()), run: 'live' }
}

const seeded = join('examples', 'seeded.yaml')

/** Where it stands: in the package. The single binary puts what it ships, examples and strategies, into the folder it is started in. */
export function defaultTopologyFile(): string {
  if (!isSea()) return join(packageRoot(), seeded)
  if (!existsSync(seeded)) placeShipped()
  return seeded
}

/** What is there already stays as it is. */
function placeShipped(): void {
  for (const name of getAssetKeys()) {
    if (existsSync(name)) continue
    makeFolder(dirname(name))
    writeFileSync(name, getAsset(name, 'utf8'))
  }
  process.stderr.write('trader: examples/ and strategies/ are new here, to start from\n')
}
