import { watchFileAt } from '#lib/files/watch-file.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readStrategyFile, type StrategyFile } from './strategy-file.ts'

export type StrategyFileChanges = {
  /** Other bytes than before: a definition, or the errors of the new text (what was loaded stays in force until it is replaced). */
  changed(file: StrategyFile): void
  /** It is gone or cannot be read. */
  unreadable(error: UserError): void
}

/** Tells of changes of strategy files, `quietMs` after the last write. Close it to stop. */
export function watchStrategyFiles(
  loaded: readonly StrategyFile[],
  changes: StrategyFileChanges,
  quietMs = 100,
): { close(): void } {
  const closers = loaded.map((file) => watchOne(file, changes, quietMs))
  return { close: () => closers.forEach((close) => void close()) }
}

function watchOne({ file, hash: loadedHash }: StrategyFile, changes: StrategyFileChanges, quietMs: number): () => void {
  let hash: string | null = loadedHash
  const changed = () => {
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
  const lost = (message: string) => changes.unreadable(new UserError(`no longer watched: ${message}`, { file }))
  return watchFileAt(file, { changed, lost }, quietMs).close
}
