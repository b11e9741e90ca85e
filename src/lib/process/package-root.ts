import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds this trader's package.json: the checkout or the installed package. Not there in the single binary. */
export function packageRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`)
    folder = parent
  }
  return folder
}
