import { checkSegment, type LogFault } from '#lib/journal/check-segment.ts'
import { checkedFiles, checkedLine, retainedFile } from '#lib/journal/checked-file.ts'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import { behindHoles, type Hole, readHoles } from '#lib/journal/holes.ts'
import { type JournalGap, JournalGaps } from '#lib/journal/journal-gaps.ts'
import { isOfSystem, type ReadDisk } from '#lib/journal/log-disk.ts'
import { journalSegments, namespacesIn, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { type MissingRun, missingEvents } from '#lib/journal/missing-events.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { type Retained, readRetained } from '#lib/journal/retained.ts'
import { retainedInFiles } from '#lib/journal/retained-in-files.ts'
import { chainStart, isChained, type Link } from '#lib/journal/segment-footer.ts'
import { addToRuns, SeqSet } from '#lib/journal/seq-set.ts'
import { shortFiles } from '#lib/journal/short-files.ts'
import { readWatermark } from '#lib/journal/watermark.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export type LogCheck = {
  readonly events: number
  readonly segments: number
  readonly head: number
  /** In no file. */
  readonly missing: readonly MissingRun[]
  /** In a topic file, and not in the journal, which has earlier ones. */
  readonly notInJournal: readonly JournalGap[]
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
  checkSmallFiles(disk, folder, onFault)
  const { holes, removed } = known(disk, folder)
  // Not behind the head: it is read before.
  const retained = removed()
  const checkpoint = orNull(() => readCheckpoint(disk, folder))
  const head = knownHead ?? headOf(disk, folder)
  const seen = new SeqSet()
  const later: (() => void)[] = []
  const faultsAt = new Set<string>()
  const unwhole = new Set<string>()
  const tell = (fault: LogFault) => {
    if (fault.kind === 'crc') unwhole.add(fault.file)
    if (fault.kind !== 'schema') faultsAt.add(`${fault.file}:${fault.offset}`)
    onFault(fault)
  }
  let [lines, segments] = [0, 0]
  const look = (segment: Segment, end = Number.POSITIVE_INFINITY, gaps: JournalGaps | null = null) => {
    segments++
    const onEvent = (seq: number, endOffset: number) => {
      seen.add(seq)
      gaps?.event(seq, endOffset)
      if (++lines % 4_096 === 0) onEvents?.(seen.size)
    }
    const onLater = (again: () => void) => later.push(again)
    return checkSegment(disk, segment, { end, head, isJournal: gaps !== null, onFault: tell, onEvent, onLater })
  }
  // The journal first: what leaves it meanwhile is in topic files by then.
  const journal = journalSegments(disk, folder)
  const gaps = new JournalGaps(holes)
  for (const [i, segment] of journal.entries()) {
    gaps.segment(segment)
    look(segment, journal[i + 1]?.firstSeq, gaps)
  }
  for (const namespace of namespacesIn(disk, folder)) {
    const files = topicSegments(disk, folder, namespace)
    let before: Link | null = null
    for (const [i, segment] of files.entries()) {
      // Before a file is removed it is said there, so not only before the files were listed.
      const gone = removed()?.namespaces[namespace]
      const to = gone?.to ?? 0
      if (segment.firstSeq <= to) continue
      if ((files[i - 1]?.firstSeq ?? 0) <= to) before = gone ?? { chain: chainStart }
      const next = files[i + 1]?.firstSeq
      const footer = look(segment, next)
      const fault = { file: segment.path, offset: 0, seq: 0 }
      if (footer === null && next !== undefined && next < (journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY))
        tell({ ...fault, kind: 'footer', message: 'does not end as it was sealed' })
      if (footer && before !== null && !isChained(before, footer))
        tell({ ...fault, kind: 'chain', message: 'does not follow the segment before it' })
      before = footer ?? null
    }
  }
  for (const again of later) again()
  for (const fault of shortFiles(disk, folder, checkpoint?.files ?? {}, removed))
    if (!unwhole.has(fault.file)) onFault(fault)
  const notInJournal = kept(disk, folder, gaps.upTo(head), (seq) => seen.has(seq) && behindHoles(holes, seq) === seq)
  for (const { file, offset, from, to } of notInJournal)
    if (!faultsAt.has(`${file}:${offset}`))
      onFault({
        file,
        offset,
        seq: from,
        kind: 'missing',
        message: `${missingWords({ from, to })}: topic files have ${from === to ? 'it' : 'them'}`,
      })
  const missing = missingEvents(disk, folder, { seen, head, holes, retained, removed })
  for (const run of missing)
    onFault({ file: folder, offset: 0, seq: run.from, kind: 'missing', message: missingWords(run) })
  return { events: seen.size, segments, head, missing, notInJournal }
}

const missingWords = ({ from, to }: MissingRun): string =>
  from === to ? `event ${from} is missing` : `events ${from} to ${to} are missing`

function checkSmallFiles(disk: ReadDisk, folder: string, onFault: (fault: LogFault) => void): void {
  for (const file of checkedFiles(folder)) {
    const fault = { file, offset: 0, seq: 0 }
    try {
      if (checkedLine(disk, file) === undefined) onFault({ ...fault, kind: 'crc', message: 'is not what was written' })
    } catch (error) {
      if (!isOfSystem(error) && !(error instanceof UserError)) throw error
      onFault({ ...fault, kind: 'unreadable', message: `cannot be read: ${(error as Error).message}` })
    }
  }
}

/** What the log is known to lack; where that cannot be read, what its files tell. */
function known(disk: ReadDisk, folder: string): { holes: readonly Hole[]; removed: () => Retained | null } {
  const holes = orNull(() => readHoles(disk, folder)) ?? []
  if (orNull(() => checkedLine(disk, retainedFile(folder))) !== undefined)
    return { holes, removed: () => orNull(() => readRetained(disk, folder)) }
  const { retained } = retainedInFiles(disk, folder)
  return { holes, removed: () => retained }
}

/** Runs of those that are wanted, without what was freed meanwhile. */
function kept(
  disk: ReadDisk,
  folder: string,
  gaps: readonly JournalGap[],
  isWanted: (seq: number) => boolean,
): JournalGap[] {
  const { firstSeq } = journalSegments(disk, folder)[0] ?? { firstSeq: Number.POSITIVE_INFINITY }
  return gaps.flatMap(({ from, to, file, offset }) => {
    const runs: { from: number; to: number }[] = []
    for (let seq = Math.max(from, firstSeq); seq <= to; seq++) if (isWanted(seq)) addToRuns(runs, seq)
    return runs.map((run) => ({ ...run, file, offset }))
  })
}

/** As far as anything says that the log goes. What cannot be read is a fault of its own. */
function headOf(disk: ReadDisk, folder: string): number {
  const stated = [
    () => newestSeq(folder, disk),
    () => newestInTopicFiles(disk, folder),
    () => (journalSegments(disk, folder).at(-1)?.firstSeq ?? 1) - 1,
    () => readWatermark(disk, folder)?.durable,
    () => readCheckpoint(disk, folder)?.through,
  ]
  return Math.max(...stated.map((read) => orNull(read) ?? 0))
}

/** What is read; null where it cannot be, or is not what was written. */
function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!isOfSystem(error) && !(error instanceof UserError)) throw error
    return null
  }
}
