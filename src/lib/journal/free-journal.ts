import type { SourceMark } from '#lib/bus/log-port.ts'
import { writeCheckpoint } from '#lib/journal/checkpoint.ts'
import { isDiskFull, isOutOfFiles, type LogDisk } from '#lib/journal/log-disk.ts'
import { journalFolder, journalSegments } from '#lib/journal/log-files.ts'
import type { TopicFiles } from '#lib/journal/topic-files.ts'

/**
 * Makes the topic files durable through a seq that is durable in the journal; then its segments before the newest are not needed. False,
 * and the journal stays as long as it is, when there is no room for that.
 */
export async function freeJournal(
  disk: LogDisk,
  folder: string,
  topicFiles: TopicFiles,
  { through, marks }: { through: number; marks: ReadonlyMap<string, SourceMark> },
): Promise<boolean> {
  if (!topicFiles.flush()) return false
  const checkpoint = { through, marks: Object.fromEntries(marks), files: topicFiles.positions() }
  await topicFiles.sync()
  try {
    writeCheckpoint(disk, folder, checkpoint)
  } catch (error) {
    if (isDiskFull(error) || isOutOfFiles(error)) return false
    throw error
  }
  try {
    const segments = journalSegments(disk, folder)
    for (const [i, { path }] of segments.entries()) {
      if ((segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) > through + 1) break
      disk.remove(path)
      // One after the other: a journal has no gaps.
      disk.syncFolder(journalFolder(folder), 'removal.folder')
    }
  } catch (error) {
    if (isOutOfFiles(error)) return false
    throw error
  }
  return true
}
