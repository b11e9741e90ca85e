import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import { readStrategyFile, type StrategyFile } from './strategy-file.ts'

export type StrategyFileChanges = {
  /** Other bytes than before: a definition, or the errors of the new text (what was loaded stays in force until it is replaced). */
  changed(file: StrategyFile): void
  /** It is gone or cannot be read. */
  unreadable(error: UserError): void
}

/** Tells of changes of strategy files, `quietMs` after the last write, also when an editor replaces them. Close it to stop. */
export function watchStrategyFiles(
  loaded: readonly StrategyFile[],
  changes: StrategyFileChanges,
  quietMs = 100,
): { close(): void } {
  const closers = loaded.map((file) => watchOne(file, changes, quietMs))
  return { close: () => closers.forEach((close) => void close()) }
}

function watchOne({ file, hash: loadedHash }: StrategyFile, changes: StrategyFileChanges, quietMs: number): () => void {
  const path = resolve(file)
  let hash: string | null = loadedHash
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    try {
      const read = readStrategyFile(file)
      if (read.hash === hash) return
      hash = read.hash
      changes.changed(read)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      if (hash !== null) changes.unreadable(error)
      hash = null
    }
  }
  // The directory, since an editor that writes a new file and renames it leaves a watch on the old one blind.
  const watcher = watch(dirname(path), (_, name) => {
    if (name !== null && name !== basename(path)) return
    clearTimeout(timer)
    timer = setTimeout(look, quietMs)
  })
  watcher.on('error', ({ message }) => changes.unreadable(new UserError(`no longer watched: ${message}`, { file })))
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
