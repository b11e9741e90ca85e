import { readFileSync, statSync } from 'node:fs'
import { watchFileAt } from '#lib/files/watch-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readTopology, type Topology } from './topology.ts'

/**
 * Tells of a topology file that was written again, `quietMs` after the last write: of another text, and of one that was refused each time that it is saved
 * again, since what was in its way may be elsewhere. Close it to stop.
 */
export function watchTopology(
  file: string,
  told: { changed(topology: Topology): void; unreadable(error: UserError): void },
  quietMs = 100,
): { close(): void } {
  let last = lookAt(file)
  let isTaken = true
  const changed = () => {
    const now = lookAt(file)
    if (now.text === last.text && (isTaken || now.saved === last.saved)) return
    last = now
    isTaken = false
    try {
      told.changed(readTopology(file))
      isTaken = true
    } catch (error) {
      // Whatever is wrong with it: a tree that runs is not ended by a file.
      told.unreadable(
        error instanceof UserError ? error : new UserError(`cannot be read: ${(error as Error).message}`, { file }),
      )
    }
  }
  const lost = (message: string) => told.unreadable(new UserError(`no longer watched: ${message}`, { file }))
  return watchFileAt(file, { changed, lost }, quietMs)
}

/** Nulls where it cannot be read. */
function lookAt(file: string): { readonly text: string | null; readonly saved: string | null } {
  try {
    const { ino, ctimeNs } = statSync(file, { bigint: true })
    return { saved: `${ino} ${ctimeNs}`, text: readFileSync(file, 'utf8') }
  } catch {
    return { saved: null, text: null }
  }
}
