import { globSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import type { ImportFile } from './import-plan.ts'

/** The files that are named, and of folders those inside with one of the endings, in order of their paths. */
export function sourceFiles(named: readonly string[], endings: readonly string[]): ImportFile[] {
  const files = new Map<string, ImportFile>()
  for (const path of named) {
    const found = filesIn(path, endings)
    if (found.length === 0) throw new UserError(`holds no file that ends in ${endings.join(' or ')}`, { file: path })
    for (const file of found) files.set(file.path, file)
  }
  return [...files.values()]
}

/** A file itself; of a folder those inside with one of the endings. */
export function filesIn(path: string, endings: readonly string[]): ImportFile[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new UserError('there is no such file or folder', { file: path })
  const name = basename(join(process.cwd(), path))
  if (!stat.isDirectory()) return [{ path, as: name }]
  return globSync('**/*', { cwd: path, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.toLowerCase().endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: file, as: join(name, file.slice(path.length)).replaceAll('\\', '/') }))
}
