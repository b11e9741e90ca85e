import { join } from 'node:path'
import { unreadable } from '#lib/files/unreadable.ts'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import { behindHoles, type Hole, readHoles } from '#lib/journal/holes.ts'
import { isGone, type ReadDisk } from '#lib/journal/log-disk.ts'
import { firstSeqOf, journalSegments, namespacesIn, topicSegments } from '#lib/journal/log-files.ts'
import { atIn, type LogLine, openLine, topicIn } from '#lib/journal/log-line.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { firstKept, isAllBefore, isRemoved, type Retained, readRetained, removedWords } from '#lib/journal/retained.ts'
import { chainStart, type Times } from '#lib/journal/segment-footer.ts'
import { repairHint, type Sealed, SegmentLines } from '#lib/journal/segment-lines.ts'
import { type TopicPattern, topicPattern } from '#lib/journal/topic-pattern.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

export type ReadOptions = {
  /** The first seq wanted, 1 where nothing is said. */
  readonly from?: number
  /** The last seq wanted. */
  readonly to?: number
  /** Topics (`md.bar`), namespaces (`md`) or patterns (`*.rejected`); all where nothing is said. */
  readonly topics?: readonly string[]
  /** Event times, microseconds UTC: from `since` on, and before `until`. */
  readonly since?: number
  readonly until?: number
  /** Gives every line that it passes in the namespaces of the topics: who may not scan for long sorts them out. */
  readonly isScan?: boolean
  /** What retention removed is left out, where it would be refused: give what is kept. */
  readonly isKeptEnough?: boolean
  readonly disk?: ReadDisk
  /** What was acknowledged, where the reader knows better than the files. */
  readonly acknowledged?: number
}

/**
 * The events of a log in order of seq, from the folder of a finished run or of one that is being written: then as far as they were
 * acknowledged. Throws a UserError with file and line for a damaged line, for a file that cannot be read, and without a filter for a missing
 * seq that no hole accounts for.
 */
export function* readLog(folder: string, options: ReadOptions = {}): Generator<LogLine> {
  for (const lines of readRawLog(folder, options)) yield openLine(lines.line, lines.seq)
}

/** The same as lines as they lie in the files. What it gives is valid until the next one: read `seq` and `line` of it. */
export function* readRawLog(
  folder: string,
  options: ReadOptions = {},
): Generator<{ readonly seq: number; readonly line: string }> {
  const { from = 1, to: wantedTo = Number.POSITIVE_INFINITY, disk = realDisk } = options
  const wanted = topicPattern(options.topics)
  const times = timeRange(options)
  const isDense = wanted === null && times === null
  let gone: string | undefined
  for (let next = from; next <= wantedTo; ) {
    const sources: SegmentLines[] = []
    try {
      const retained = readRetained(disk, folder)
      if (options.isKeptEnough !== true) refuseRemoved(folder, retained, { from: next, wanted, since: options.since })
      const whole = firstKept(retained, wanted)
      const to = Math.min(wantedTo, options.acknowledged ?? newestSeq(folder, disk))
      const holes = readHoles(disk, folder)
      const removed = openSources(sources, { disk, folder, from: next, to, wanted, times, holes })
      // What went before they were all found is not passed over unseen.
      if (JSON.stringify(removed) !== JSON.stringify(retained)) continue
      let source = lowest(sources)
      while (source !== undefined && source.seq <= to) {
        const { seq } = source
        const due = Math.max(next, whole)
        if (isDense && seq !== next && seq >= whole && behindHoles(holes, due) !== seq)
          throw missing(source.path, due, seq, holes)
        next = seq + 1
        // The journal may have what the topic files have no longer.
        const isKept = seq >= whole || !isRemoved(retained, topicIn(source.line), seq)
        if (isKept && (isDense || options.isScan === true || isWanted(source.line, wanted, times))) yield source
        if (!source.advance()) sources.splice(sources.indexOf(source), 1)
        source = isDense && source.isOpen && source.seq === next ? source : lowest(sources)
      }
      const due = Math.max(next, whole)
      if (isDense && behindHoles(holes, due) <= to) throw missing(folder, due, to + 1, holes)
      return
    } catch (error) {
      const { path } = error as NodeJS.ErrnoException
      if (!isGone(error)) throw unreadable(folder, error)
      // A segment of the journal that went away is in the topic files by now, and one that was plain is compressed: neither is named again.
      if (path === gone) throw new UserError('is a link to what is not there: events are missing', { file: path })
      gone = path
    } finally {
      for (const source of sources) source.close()
    }
  }
}

function refuseRemoved(
  folder: string,
  retained: Retained | null,
  { from, wanted, since }: { from: number; wanted: TopicPattern | null; since: number | undefined },
): void {
  const first = firstKept(retained, wanted)
  if (from >= first || (since !== undefined && isAllBefore(retained, since))) return
  throw new UserError(removedWords(first), { file: folder, hint: `read from ${first} on, or other topics` })
}

function timeRange({ since, until }: ReadOptions): Times | null {
  if (since === undefined && until === undefined) return null
  return { since: since ?? Number.NEGATIVE_INFINITY, until: until ?? Number.POSITIVE_INFINITY }
}

function isWanted(line: string, wanted: TopicPattern | null, times: Times | null): boolean {
  if (wanted !== null && !wanted.matches(topicIn(line))) return false
  if (times === null) return true
  const at = atIn(line)
  return at >= times.since && at < times.until
}

type Asked = {
  readonly disk: ReadDisk
  readonly folder: string
  readonly from: number
  readonly to: number
  readonly wanted: TopicPattern | null
  readonly times: Times | null
  readonly holes: readonly Hole[]
}

/** From its first seq on the journal has everything; what is older is in the topic files. Gives what was removed of them. */
function openSources(into: SegmentLines[], { disk, folder, from, to, wanted, times, holes }: Asked): Retained | null {
  // Before the files are found, so that they have what it says. Without a filter it is seen which seq is missing.
  const isDense = wanted === null && times === null
  const checkpoint = isDense ? null : readCheckpoint(disk, folder)
  const journal = journalSegments(disk, folder)
  const before = journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY
  const open = (source: SegmentLines) => {
    if (source.isOpen) into.push(source)
  }
  const known = new Set(from < before ? [...namespacesIn(disk, folder), ...Object.keys(checkpoint?.files ?? {})] : [])
  const namespaces = [...known].filter((name) => wanted === null || wanted.isIn(name))
  const found = namespaces.map((namespace) => ({ namespace, segments: topicSegments(disk, folder, namespace) }))
  // And behind them: it is said before a file is removed.
  const retained = readRetained(disk, folder)
  for (const { namespace, segments } of found) {
    const removed = retained?.namespaces[namespace]
    const position = checkpoint?.files[namespace]
    const sealed: Sealed = {
      start: isDense ? null : { chain: chainStart, ...removed, lastSeq: removed?.to ?? 0 },
      newest:
        position === undefined
          ? null
          : { ...position, path: join(folder, position.path), firstSeq: firstSeqOf(position.path) },
      bytesInJournal: () =>
        bytesOf(
          namespace,
          new SegmentLines(disk, journal, {
            from: before,
            before: (checkpoint?.through ?? 0) + 1,
            holes,
            sealed: null,
          }),
        ),
      times,
    }
    const kept = segments.filter(({ firstSeq }) => firstSeq > (removed?.to ?? 0))
    open(new SegmentLines(disk, kept, { from, before, holes, sealed }))
  }
  open(new SegmentLines(disk, journal, { from, before: to + 1, holes, sealed: null }))
  return retained
}

function bytesOf(namespace: string, lines: SegmentLines): number {
  let bytes = 0
  for (; lines.isOpen; lines.advance())
    if (namespaceOf(topicIn(lines.line)) === namespace) bytes += Buffer.byteLength(lines.line) + 1
  return bytes
}

function lowest(sources: readonly SegmentLines[]): SegmentLines | undefined {
  let found = sources[0]
  for (const source of sources) if (found !== undefined && source.seq < found.seq) found = source
  return found
}

function missing(file: string, expected: number, found: number, holes: readonly Hole[]): UserError {
  const from = behindHoles(holes, expected)
  return new UserError(`events ${from} to ${found - 1} are missing`, { file, hint: repairHint })
}
