import { newestSeq } from '#lib/journal/newest-seq.ts'
import { type ReadOptions, readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { firstKept, readRetained } from '#lib/journal/retained.ts'
import { topicPattern } from '#lib/journal/topic-pattern.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The contents of the newest events of these topics up to `head`, as many as are kept of so many. Throws as `readLog`. */
export function newestKept(
  folder: string,
  { number, head = newestSeq(folder), topics }: { number: number; head?: number; topics?: readonly string[] },
): string[] {
  const first = firstKept(readRetained(realDisk, folder), topicPattern(topics))
  let newest: string[] = []
  // With a filter the newest may lie far back: look twice as far until there are enough.
  for (let back = number; newest.length < number; back *= 2) {
    const from = Math.max(first, head - back + 1)
    newest = [...readLog(folder, { from, to: head, topics, isKeptEnough: true })]
      .map(({ content }) => content)
      .slice(-number)
    if (from === first) break
  }
  return newest
}

/** What retention removed of what is asked for, in words; null where nothing of it was. */
export function removedOf(folder: string, { from = 1, topics, since }: ReadOptions = {}): string | null {
  const wanted = topicPattern(topics)
  const removed = Object.entries(readRetained(realDisk, folder)?.namespaces ?? {}).filter(
    ([namespace, { to, lastAt }]) =>
      to >= from && lastAt >= (since ?? lastAt) && (wanted === null || wanted.isIn(namespace)),
  )
  if (removed.length === 0) return null
  return `removed (retention): ${removed.map(([namespace, { to }]) => `${namespace} up to event ${to}`).join(', ')}`
}

/** Throws a UserError where retention removed something of a log that is of use only when it is whole. */
export function refuseUnwhole(folder: string, { topics, why }: { topics?: readonly string[]; why: string }): void {
  const removed = removedOf(folder, { topics })
  if (removed !== null) throw new UserError(`${removed}: ${why}`, { file: folder })
}
