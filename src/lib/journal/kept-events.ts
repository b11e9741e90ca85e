import { newestSeq } from '#lib/journal/newest-seq.ts'
import { readLog, readRawLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { firstKept, readRetained } from '#lib/journal/retained.ts'
import { topicPattern } from '#lib/journal/topic-pattern.ts'
import { catalogue, namespaceOf } from '#schemas/catalogue.ts'

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
    newest = [...readLog(folder, { from, to: head, topics })].map(({ content }) => content).slice(-number)
    if (from === first) break
  }
  return newest
}

/** Every line that a log keeps: where something was removed, of each namespace what is older than the first seq from which on all is kept. Throws as `readLog`. */
export function* keptLines(folder: string): Generator<{ readonly seq: number; readonly line: string }> {
  const retained = readRetained(realDisk, folder)
  const whole = firstKept(retained, null)
  for (const namespace of new Set(Object.keys(catalogue).map(namespaceOf))) {
    const topics = [namespace]
    const from = firstKept(retained, topicPattern(topics))
    if (from < whole) yield* readRawLog(folder, { from, to: whole - 1, topics })
  }
  yield* readRawLog(folder, { from: whole })
}
