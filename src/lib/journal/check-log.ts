import { checkSegment, type LogFault } from '#lib/journal/check-segment.ts'
import { isOfSystem, type ReadDisk } from '#lib/journal/log-disk.ts'
import { journalSegments, namespacesIn, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { type MissingRun, missingEvents } from '#lib/journal/missing-events.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readRetained } from '#lib/journal/retained.ts'
import { chainStart, isChained, type Link } from '#lib/journal/segment-footer.ts'
import { SeqSet } from '#lib/journal/seq-set.ts'
import { readWatermark } from '#lib/journal/watermark.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export type LogCheck = {
  readonly events: number
  readonly segments: number
  readonly head: number
  readonly missing: readonly MissingRun[]
}

/**
 * Looks at everything in a log: crc and order of every line, its event against the catalogue, footers and their chain, and that no seq is
 * missing. Says each fault, and goes on. A log process may go on as well.
 */
export function checkLog(
  folder: string,
  {
    disk = realDisk,
    onFault,
    onEvents,
    head: knownHead,
  }: { disk?: ReadDisk; onFault: (fault: LogFault) => void; onEvents?: (done: number) => void; head?: number },
): LogCheck {
  // Not behind the head: it is read before.
  const retained = readRetained(disk, folder)
  const head = knownHead ?? headOf(disk, folder)
  const seen = new SeqSet()
  const later: (() => void)[] = []
  let [lines, segments] = [0, 0]
  const look = (segment: Segment, end = Number.POSITIVE_INFINITY, isJournal = false) => {
    segments++
    const onEvent = (seq: number) => {
      seen.add(seq)
      if (++lines % 4_096 === 0) onEvents?.(seen.size)
    }
    const onLater = (again: () => void) => later.push(again)
    return checkSegment(disk, segment, { end, head, isJournal, onFault, onEvent, onLater })
  }
  // The journal first: what leaves it meanwhile is in topic files by then.
  const journal = journalSegments(disk, folder)
  for (const [i, segment] of journal.entries()) look(segment, journal[i + 1]?.firstSeq, true)
  for (const namespace of namespacesIn(disk, folder)) {
    const files = topicSegments(disk, folder, namespace)
    let before: Link | null = null
    for (const [i, segment] of files.entries()) {
      // Before a file is removed it is said there, so not only before the files were listed.
      const removed = readRetained(disk, folder)?.namespaces[namespace]
      const gone = removed?.to ?? 0
      if (segment.firstSeq <= gone) continue
      if ((files[i - 1]?.firstSeq ?? 0) <= gone) before = removed ?? { chain: chainStart }
      const next = files[i + 1]?.firstSeq
      const footer = look(segment, next)
      const fault = { file: segment.path, offset: 0, seq: 0 }
      if (footer === null && next !== undefined && next < (journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY))
        onFault({ ...fault, kind: 'footer', message: 'does not end as it was sealed' })
      if (footer && before !== null && !isChained(before, footer))
        onFault({ ...fault, kind: 'chain', message: 'does not follow the segment before it' })
      before = footer ?? null
    }
  }
  for (const again of later) again()
  const missing = missingEvents(disk, folder, { seen, head, retained })
  for (const { from, to } of missing) {
    const message = from === to ? `event ${from} is missing` : `events ${from} to ${to} are missing`
    onFault({ file: folder, offset: 0, seq: from, kind: 'missing', message })
  }
  return { events: seen.size, segments, head, missing }
}

/** Where the newest file cannot be read, which is a fault of its own, what else says how far the log goes. */
function headOf(disk: ReadDisk, folder: string): number {
  try {
    return newestSeq(folder, disk)
  } catch (error) {
    if (!isOfSystem(error) && !(error instanceof UserError)) throw error
    const { firstSeq = 1 } = journalSegments(disk, folder).at(-1) ?? {}
    return Math.max(firstSeq - 1, readWatermark(disk, folder)?.acknowledged ?? 0)
  }
}
