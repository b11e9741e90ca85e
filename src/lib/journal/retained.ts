import { z } from 'zod'
import { checkedLine, checkedText, retainedFile } from '#lib/journal/checked-file.ts'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import { type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { replaceFile } from '#lib/journal/new-file.ts'
import type { TopicPattern } from '#lib/journal/topic-pattern.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

const Mark = z.object({
  fact: z.object({ epoch: z.int(), n: z.int() }).nullable(),
  answer: z.object({ cause: z.int(), n: z.int() }).nullable(),
})
const Removed = z.object({
  /** The seq of the newest event that was removed. */
  to: z.int(),
  events: z.int(),
  /** The latest event time among them. */
  lastAt: z.int(),
  /** Of the newest segment that was removed: the first that is kept follows it. */
  chain: z.string(),
  isRepaired: z.literal(true).optional(),
})
const Retained = z.object({
  /** What the marks are of: everything up to there was in topic files. */
  through: z.int(),
  marks: z.record(z.string(), Mark),
  namespaces: z.record(z.string(), Removed),
})

/** What was removed from a log because it was old, or too much, by namespace. */
export type Retained = z.infer<typeof Retained>

/** Null where nothing was removed. Throws a UserError where the file says what cannot be believed. */
export function readRetained(disk: Pick<ReadDisk, 'openToRead'>, folder: string): Retained | null {
  const file = retainedFile(folder)
  const line = checkedLine(disk, file)
  if (line === null) return null
  if (line === undefined)
    throw new UserError('is not what was written: what was removed from the log is not known', {
      file,
      hint: 'trader log repair finds out anew what is kept',
    })
  return Retained.parse(JSON.parse(line))
}

export function writeRetained(disk: LogDisk, folder: string, retained: Retained): void {
  replaceFile(disk, retainedFile(folder), checkedText(retained), { file: 'retained.file', folder: 'retained.folder' })
}

/** The files of a namespace without those that were removed: after a power cut they may be there again, and go soon. */
export function keptSegments(
  disk: ReadDisk,
  folder: string,
  namespace: string,
  retained: Pick<Retained, 'namespaces'> | null,
): Segment[] {
  const gone = retained?.namespaces[namespace]?.to ?? 0
  return topicSegments(disk, folder, namespace).filter(({ firstSeq }) => firstSeq > gone)
}

/** The first seq from which on everything is kept that a reader wants; 1 where nothing of it was removed. */
export function firstKept(retained: Pick<Retained, 'namespaces'> | null, wanted: TopicPattern | null): number {
  let newest = 0
  for (const [namespace, { to }] of Object.entries(retained?.namespaces ?? {}))
    if (wanted === null || wanted.isIn(namespace)) newest = Math.max(newest, to)
  return newest + 1
}

/** Was an event removed, of that topic and seq? */
export const isRemoved = (retained: Retained | null, topic: string, seq: number): boolean =>
  seq <= (retained?.namespaces[namespaceOf(topic)]?.to ?? 0)

/** Was all of what was removed before that time? */
export const isAllBefore = (retained: Retained | null, since: number): boolean =>
  Object.values(retained?.namespaces ?? {}).every(({ lastAt }) => lastAt < since)

export const removedWords = (first: number): string =>
  `events before ${first} were removed (retention): the first seq from which on all of it is kept is ${first}`
