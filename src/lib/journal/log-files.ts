import { basename, dirname, join } from 'node:path'
import { isGone, type LogDisk, type ReadDisk } from '#lib/journal/log-disk.ts'

export type Segment = { readonly path: string; readonly firstSeq: number }

export const journalFolder = (folder: string): string => join(folder, 'journal')
export const segmentName = (firstSeq: number): string => `${String(firstSeq).padStart(12, '0')}.jsonl`
/** What `segmentName` was made of. */
export const firstSeqOf = (path: string): number => Number(basename(path).slice(0, 12))
/** Of a segment that was compressed. */
export const packedEnding = '.zst'
export const isPacked = (path: string): boolean => path.endsWith(packedEnding)

/** The files of the journal, in order of seq; none for a finished run. */
export const journalSegments = (disk: ReadDisk, folder: string): Segment[] => segmentsIn(disk, journalFolder(folder))

/** The namespaces that have a folder. */
export const namespacesIn = (disk: ReadDisk, folder: string): string[] =>
  foldersIn(disk, folder, /^[a-z][a-z0-9_]*$/).filter((name) => !['journal', 'snapshots', 'outbox'].includes(name))

/** The folders of a namespace, one a date. */
export const dateFolders = (disk: ReadDisk, folder: string, namespace: string): string[] =>
  foldersIn(disk, join(folder, namespace), /^\d{4}-\d{2}-\d{2}$/).map((date) => join(folder, namespace, date))

/** The files of a namespace, of all dates, in order of seq. */
export const topicSegments = (disk: ReadDisk, folder: string, namespace: string): Segment[] =>
  dateFolders(disk, folder, namespace)
    .flatMap((dated) => segmentsIn(disk, dated))
    .sort((a, b) => a.firstSeq - b.firstSeq)

/**
 * Opens a segment that was listed a while ago: it may be compressed by now. Null where it was freed or removed; throws ENOENT where its
 * name alone is there.
 */
export function openNow<T>(disk: ReadDisk, { path, firstSeq }: Segment, open: (path: string) => T): T | null {
  try {
    return open(path)
  } catch (error) {
    if (!isGone(error)) throw error
    const now = segmentsIn(disk, dirname(path)).find((segment) => segment.firstSeq === firstSeq)
    if (now?.path === path) throw error
    return now === undefined ? null : openNow(disk, now, open)
  }
}

/** The files of journal and namespaces, those too that stand behind others of the same seq. */
export const everySegment = (disk: ReadDisk, folder: string): Segment[] =>
  [
    journalFolder(folder),
    ...namespacesIn(disk, folder).flatMap((namespace) => dateFolders(disk, folder, namespace)),
  ].flatMap((dated) => filesIn(disk, dated))

/** The files of a namespace that are not compressed, those too that are there compressed as well. */
export const plainSegments = (disk: ReadDisk, folder: string, namespace: string): Segment[] =>
  dateFolders(disk, folder, namespace)
    .flatMap((dated) => filesIn(disk, dated))
    .filter(({ path }) => !isPacked(path))
    .sort((a, b) => a.firstSeq - b.firstSeq)

/** Removes a segment, and what it was compressed from. */
export function removeSegment(disk: LogDisk, { path, firstSeq }: Segment): void {
  for (const file of filesIn(disk, dirname(path))) if (file.firstSeq === firstSeq) disk.remove(file.path)
}

// Of a segment that is there plain and compressed, the plain one is that whose removal is not done: it may be an older copy.
function segmentsIn(disk: ReadDisk, folder: string): Segment[] {
  const found = new Map<number, Segment>()
  for (const file of filesIn(disk, folder))
    if (isPacked(file.path) || !found.has(file.firstSeq)) found.set(file.firstSeq, file)
  return [...found.values()].sort((a, b) => a.firstSeq - b.firstSeq)
}

const filesIn = (disk: ReadDisk, folder: string): Segment[] =>
  disk
    .list(folder)
    .filter(({ name }) => /^\d{12}\.jsonl(\.zst)?$/.test(name))
    .map(({ name }) => ({ path: join(folder, name), firstSeq: firstSeqOf(name) }))

const foldersIn = (disk: ReadDisk, folder: string, pattern: RegExp): string[] =>
  disk
    .list(folder)
    .filter(({ name, isFolder }) => isFolder && pattern.test(name))
    .map(({ name }) => name)
    .sort()
