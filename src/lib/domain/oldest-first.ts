/**
 * Keys in the order of their coming, to forget the oldest of a Map or Set that keeps the newest. Asking the Map for its first key walks
 * over every one that was deleted before it.
 */
export type OldestFirst = { readonly keys: string[]; head: number }

export const oldestFirst = (keys: Iterable<string> = []): OldestFirst => ({ keys: [...keys], head: 0 })

/** Takes the oldest key out; undefined when there is none. */
export function takeOldest(queue: OldestFirst): string | undefined {
  const oldest = queue.keys[queue.head]
  if (oldest === undefined) return undefined
  queue.head++
  if (queue.head >= 1_024 && queue.head * 2 > queue.keys.length) {
    queue.keys.splice(0, queue.head)
    queue.head = 0
  }
  return oldest
}
