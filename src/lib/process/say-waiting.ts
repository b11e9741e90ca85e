const afterMs = 1_000

/**
 * Tells who started a process by hand what it waits for, in one line, when that has not come after a second. A supervisor knows without.
 * Returns what to call when it has come.
 */
export function sayWaiting(what: string): () => void {
  if (process.send !== undefined) return () => undefined
  const timer = setTimeout(() => process.stderr.write(`waiting for ${what}\n`), afterMs).unref()
  return () => clearTimeout(timer)
}
