import { readFileSync } from 'node:fs'
import { watchFileAt } from '#lib/files/watch-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readTopology, type Topology } from './topology.ts'

/** Tells of a topology file that was written again, `quietMs` after the last write. Close it to stop. */
export function watchTopology(
  file: string,
  told: { changed(topology: Topology): void; unreadable(error: UserError): void },
  quietMs = 100,
): { close(): void } {
  let last = textOf(file)
  const changed = () => {
    const text = textOf(file)
    if (text === last) return
    last = text
    try {
      told.changed(readTopology(file))
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

/** Null where it cannot be read. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
