import type { ReadDisk } from '#lib/journal/log-disk.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { endOf } from '#lib/journal/segment-ends.ts'

/** The segments that may have events in [since, until): a sealed one says its times in its footer. */
export function overlapping(
  disk: ReadDisk,
  segments: readonly Segment[],
  times: { readonly since: number; readonly until: number } | null,
): readonly Segment[] {
  if (times === null) return segments
  return segments.filter(({ path }) => {
    const { footer } = endOf(disk, path)
    return footer === null || (footer.lastAt >= times.since && footer.firstAt < times.until)
  })
}
