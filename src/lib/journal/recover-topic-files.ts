import { join, relative } from 'node:path'
import type { Position } from '#lib/journal/checkpoint.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import type { LogDisk, ReadDisk } from '#lib/journal/log-disk.ts'
import {
  dateFolders,
  firstSeqOf,
  isPacked,
  namespacesIn,
  packedEnding,
  removeSegment,
  type Segment,
  topicSegments,
} from '#lib/journal/log-files.ts'
import { atIn, topicIn } from '#lib/journal/log-line.ts'
import { isThere } from '#lib/journal/new-file.ts'
import { keptSegments, type Retained } from '#lib/journal/retained.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { chainStart, isChained, SegmentTally } from '#lib/journal/segment-footer.ts'
import { damaged, endsEarly, repairHint } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Where a namespace goes on: the chain of its sealed files, and the newest file with what is in it, unless that is sealed for good. */
export type TopicFileEnd = {
  readonly chain: string
  readonly newest: Position | null
  readonly open: { path: string; tally: SegmentTally } | null
}

/** The highest seq that the topic files attest: they are written only with what is durable in the journal, and a group is that as a whole. */
export function newestInTopicFiles(disk: ReadDisk, folder: string): number {
  let newest = 0
  for (const namespace of namespacesIn(disk, folder)) {
    const last = topicSegments(disk, folder, namespace).at(-1)
    if (last === undefined) continue
    const { lastSeq, following } = endOf(disk, last.path)
    newest = Math.max(newest, lastSeq + following)
  }
  return newest
}

/**
 * Takes out of the topic files what is behind seq `through`: the journal has it, and it is written again from there. Gives where each
 * namespace goes on. `known` says how long the files were then. The journal has all behind `before`: where a file that has something of it has lost
 * its end, or the file in front of it, that is a UserError.
 */
export function cutTopicFiles(
  disk: LogDisk,
  folder: string,
  { before, through }: { before: number; through: number },
  known: Readonly<Record<string, Position>>,
  removed: Retained['namespaces'],
): Map<string, TopicFileEnd> {
  const ends = new Map<string, TopicFileEnd>()
  // First: nothing is cut where it would not be known by how much.
  for (const [namespace, { path }] of Object.entries(known)) {
    const isKept = firstSeqOf(path) > (removed[namespace]?.to ?? 0)
    if (isKept && ![path, path + packedEnding].some((name) => isThere(disk, join(folder, name))))
      throw new UserError(`is missing, and event ${firstSeqOf(path)} with it`, {
        file: join(folder, path),
        hint: repairHint,
      })
  }
  for (const namespace of namespacesIn(disk, folder)) {
    const segments = keptSegments(disk, folder, namespace, { namespaces: removed })
    const chainOf = (segment: Segment | undefined): string =>
      segment === undefined
        ? (removed[namespace]?.chain ?? chainStart)
        : (endOf(disk, segment.path).footer?.chain ?? chainStart)
    const kept = segments.filter(({ firstSeq }) => firstSeq <= through)
    for (const { path, firstSeq } of segments) if (firstSeq > through) removeSegment(disk, { path, firstSeq })
    // Were they there again after a power cut, they would be taken for what the log went on in. Who removed them may have died before.
    for (const date of dateFolders(disk, folder, namespace)) disk.syncFolder(date, 'cut.folder')
    const last = kept.at(-1)
    const position = known[namespace]
    const stated = position !== undefined && firstSeqOf(position.path) === last?.firstSeq ? position : null
    refuseLost(disk, kept, { before, chain: stated?.chain })
    // What is compressed is sealed: nothing more comes into it, and nothing can be cut off.
    if (last === undefined || isPacked(last.path))
      ends.set(namespace, { chain: chainOf(last), newest: stated, open: null })
    else {
      const path = relative(folder, last.path)
      const tally = keepThrough(disk, last.path, through, stated?.bytes ?? null)
      // Where the file before it is gone that is seen as long as this one is chained to it.
      const chain = stated?.chain ?? chainOf(kept.at(-2))
      const newest = tally.bytes === 0 ? null : { path, bytes: tally.bytes, chain }
      ends.set(namespace, { chain, newest, open: { path, tally } })
    }
  }
  return ends
}

/** `chain` is what the newest of them follows. */
function refuseLost(
  disk: ReadDisk,
  segments: readonly Segment[],
  { before, chain }: { before: number; chain: string | undefined },
): void {
  for (const [i, segment] of segments.entries()) {
    const front = segments[i - 1]
    if (front === undefined || segment.firstSeq <= before) continue
    const [sealed, next] = [endOf(disk, front.path).footer, endOf(disk, segment.path).footer]
    if (sealed === null) throw new UserError('does not end as it was sealed', { file: front.path })
    const isLast = i === segments.length - 1
    if (next !== null ? !isChained(sealed, next) : isLast && (chain ?? sealed.chain) !== sealed.chain)
      throw new UserError('does not follow the segment before it', { file: segment.path })
  }
}

function keepThrough(disk: LogDisk, path: string, through: number, stated: number | null): SegmentTally {
  const tally = new SegmentTally()
  const file = new LineFile(disk, path)
  let lastSeq = 0
  while ((stated === null || tally.bytes < stated) && file.next()) {
    if (!file.isIntact && stated !== null) throw damaged(file, Math.max(file.seq, lastSeq + 1))
    if (!file.isIntact || file.seq > through) break
    lastSeq = file.seq
    const { line } = file
    tally.count(file.seq, topicIn(line), atIn(line))
    tally.hash(file.bytes)
  }
  file.close()
  if (stated !== null && tally.bytes !== stated) throw endsEarly(path, { at: tally.bytes, lastSeq, stated })
  const open = disk.open(path)
  try {
    if (open.size > tally.bytes) open.truncate(tally.bytes)
  } finally {
    open.close()
  }
  return tally
}
