import { trimHeapSoon } from './trim-heap.ts'

/** What a child tells its supervisor once it serves, or is connected and live. */
export type Ready = { readonly state: 'ready'; readonly url?: string; readonly doesBeat?: true }

/** How often a process of a tree shows that it lives; one that has shown nothing for six of them hangs. */
export const beatEveryMs = 5_000
export type Beat = { readonly state: 'beat' }

/** Tells the supervisor, when there is one, that this process does its work, and from now on that it lives. */
export function announceReady(message: Omit<Ready, 'doesBeat'>): void {
  trimHeapSoon()
  if (process.send === undefined) return
  process.send({ ...message, doesBeat: true } satisfies Ready)
  const beat: Beat = { state: 'beat' }
  setInterval(() => process.send?.(beat, () => undefined), beatEveryMs).unref()
}

/** How much of what it has to say a feed has said, and in the log: so many facts, and whether that is all. */
export type Fed = { readonly state: 'fed'; readonly facts: number; readonly isAll: boolean }

export function tellFed(facts: number, isAll: boolean): void {
  process.send?.({ state: 'fed', facts, isAll } satisfies Fed)
}

/**
 * Stops in order on SIGTERM and SIGINT: `stop` runs once, then the process ends with 0, or with 1 when it fails or takes longer than
 * `graceMs`. When the supervisor dies the process ends at once: nothing may outlive its tree.
 */
export function onStop(stop: (signal: string) => Promise<void> | void, graceMs = 5_000): void {
  let isStopping = false
  const begin = (signal: string) => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), graceMs).unref()
    Promise.resolve()
      .then(() => stop(signal))
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`trader: could not stop in order: ${error instanceof Error ? error.message : error}\n`)
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', begin)
  process.on('SIGINT', begin)
  endWithSupervisor()
}

let isWatching = false

/** Ends this process when its supervisor dies, or has died by now. The channel holds a process alive only as long as it has something else to do. */
export function endWithSupervisor(): void {
  if (process.send === undefined || isWatching) return
  isWatching = true
  if (!process.connected) process.exit(1)
  process.once('disconnect', () => process.exit(1))
}
