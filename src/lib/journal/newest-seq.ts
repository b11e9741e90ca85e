import { isGone, type ReadDisk } from '#lib/journal/log-disk.ts'
import { journalSegments } from '#lib/journal/log-files.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { endOf, type SegmentEnd } from '#lib/journal/segment-ends.ts'
import { readWatermark } from '#lib/journal/watermark.ts'

/** The seq of the newest event in the files of a log that is known to be acknowledged; 0 when it is empty. */
export function newestSeq(folder: string, disk: ReadDisk = realDisk): number {
  const watermark = readWatermark(disk, folder)
  const last = journalSegments(disk, folder).at(-1)
  if (last === undefined) return Math.max(newestInTopicFiles(disk, folder), watermark?.durable ?? 0)
  let end: SegmentEnd
  try {
    end = endOf(disk, last.path)
  } catch (error) {
    // It is the newest no more, and was freed.
    if (isGone(error) && journalSegments(disk, folder).at(-1)?.path !== last.path) return newestSeq(folder, disk)
    throw error
  }
  const { lastSeq, durable } = end
  // Without a watermark nobody has written since the machine started: all that is there outlived it.
  if (watermark === null) return Math.max(last.firstSeq - 1, lastSeq)
  // What was acknowledged and not durable may be gone after a power cut.
  return Math.max(last.firstSeq - 1, durable, watermark.durable, Math.min(watermark.acknowledged, lastSeq))
}
