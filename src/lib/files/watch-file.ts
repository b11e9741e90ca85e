import { unwatchFile, watch, watchFile } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

const lookEveryMs = 1_000

/**
 * Tells of a file that was written again, `quietMs` after the last write, also when an editor replaces it, or where a link leads to it, within a second; of one
 * write maybe twice. Close it to stop.
 */
export function watchFileAt(
  file: string,
  told: { changed(): void; lost(message: string): void },
  quietMs: number,
): { close(): void } {
  const path = resolve(file)
  let timer: NodeJS.Timeout | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => told.changed(), quietMs)
  }
  // The directory, since an editor that writes a new file and renames it leaves a watch on the old one blind.
  const watcher = watch(dirname(path), (_, name) => {
    if (name === null || name === basename(path)) soon()
  })
  watcher.on('error', ({ message }) => told.lost(message))
  // What a link leads to lies elsewhere, and may be another file now.
  watchFile(path, { interval: lookEveryMs, persistent: false }, soon)
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
      unwatchFile(path, soon)
    },
  }
}
