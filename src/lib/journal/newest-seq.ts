import { LineFile } from '#lib/journal/line-file.ts'
import { journalSegments } from '#lib/journal/log-files.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'

/** The seq of the newest event in the files of a log; 0 when it is empty. */
export function newestSeq(folder: string): number {
  const last = journalSegments(folder).at(-1)
  if (last === undefined) return newestInTopicFiles(folder)
  let newest = last.firstSeq - 1
  const file = new LineFile(last.path)
  while (file.next()) if (file.isIntact) newest = file.seq
  return newest
}
