import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import { readTopology, type Topology } from './topology.ts'

/** Tells of a topology file that was written again, `quietMs` after the last write, also when an editor replaces it. Close it to stop. */
export function watchTopology(
  file: string,
  told: { changed(topology: Topology): void; unreadable(error: UserError): void },
  quietMs = 100,
): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    try {
      told.changed(readTopology(file))
    } catch (error) {
      // Whatever is wrong with it: a tree that runs is not ended by a file.
      told.unreadable(
        error instanceof UserError ? error : new UserError(`cannot be read: ${(error as Error).message}`, { file }),
      )
    }
  }
  // The directory, since an editor that writes a new file and renames it leaves a watch on the old one blind.
  const watcher = watch(dirname(resolve(file)), (_, name) => {
    if (name !== null && name !== basename(file)) return
    clearTimeout(timer)
    timer = setTimeout(look, quietMs)
  })
  watcher.on('error', ({ message }) => told.unreadable(new UserError(`no longer watched: ${message}`, { file })))
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
