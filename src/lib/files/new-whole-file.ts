import { chmodSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import { syncFolder } from './sync-folder.ts'

/** Makes a file that is there whole and durable, or not at all. False where there is one, which stays. Throws a UserError where it cannot be written. */
export function newWholeFile(path: string, text: string, mode = 0o644): boolean {
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, text, { flush: true, mode })
    chmodSync(draft, mode)
    linkSync(draft, path)
    syncFolder(dirname(path))
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new UserError(`cannot be written: ${code ?? message}`, { file: path })
  } finally {
    rmSync(draft, { force: true })
  }
}
