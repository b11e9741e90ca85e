import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { journalSegments } from '#lib/journal/log-files.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { readWatermark } from '#lib/journal/watermark.ts'

/** The seq of the newest event in the files of a log that is known to be acknowledged; 0 when it is empty. */
export function newestSeq(folder: string, disk: ReadDisk = realDisk): number {
  const last = journalSegments(disk, folder).at(-1)
  if (last === undefined) return newestInTopicFiles(disk, folder)
  const watermark = readWatermark(disk, folder)
  const { lastSeq, durable } = endOf(disk, last.path)
  // Without a watermark nobody has written since the machine started: all that is there outlived it.
  return Math.max(last.firstSeq - 1, watermark === null ? lastSeq : Math.max(watermark.acknowledged, durable))
}
