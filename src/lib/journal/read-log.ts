import { journalSegments, namespacesIn, topicSegments } from '#lib/journal/log-files.ts'
import { type LogLine, openLine, topicIn } from '#lib/journal/log-line.ts'
import { SegmentLines } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

export type ReadOptions = {
  /** The first seq wanted, 1 where nothing is said. */
  readonly from?: number
  /** The last seq wanted. */
  readonly to?: number
  /** Topics (`md.bar`) or namespaces (`md`); all where nothing is said. */
  readonly topics?: readonly string[]
}

/**
 * The events of a log in order of seq, from the folder of a finished run or of one that is being written. Throws a UserError with file
 * and line for a damaged line, and without a filter for a missing seq.
 */
export function* readLog(folder: string, options: ReadOptions = {}): Generator<LogLine> {
  for (const lines of readRawLog(folder, options)) yield openLine(lines.line, lines.seq)
}

/** The same as lines as they lie in the files. What it gives is valid until the next one: read `seq` and `line` of it. */
export function* readRawLog(
  folder: string,
  { from = 1, to = Number.POSITIVE_INFINITY, topics }: ReadOptions = {},
): Generator<{ readonly seq: number; readonly line: string }> {
  const wanted = topics === undefined ? null : new Set(topics)
  const namespaces =
    wanted === null ? null : new Set(topics?.map((topic) => (topic.includes('.') ? namespaceOf(topic) : topic)))
  for (let next = from; next <= to; ) {
    const sources = openSources(folder, next, namespaces)
    try {
      let source = lowest(sources)
      while (source !== undefined && source.seq <= to) {
        const { seq } = source
        if (wanted === null && seq !== next) throw missing(source.path, next, seq)
        next = seq + 1
        if (wanted === null || isWanted(wanted, topicIn(source.line))) yield source
        if (!source.advance()) sources.splice(sources.indexOf(source), 1)
        source = wanted === null && source.isOpen && source.seq === next ? source : lowest(sources)
      }
      return
    } catch (error) {
      // A segment of the journal that went away is in the topic files by now.
      if (!isGone(error)) throw error
    } finally {
      for (const source of sources) source.close()
    }
  }
}

const isWanted = (wanted: ReadonlySet<string>, topic: string): boolean =>
  wanted.has(topic) || wanted.has(namespaceOf(topic))

/** From its first seq on the journal has everything; what is older is in the topic files. */
function openSources(folder: string, from: number, namespaces: ReadonlySet<string> | null): SegmentLines[] {
  const journal = journalSegments(folder)
  const before = journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY
  const sources: SegmentLines[] = []
  if (from < before)
    for (const namespace of namespacesIn(folder))
      if (namespaces === null || namespaces.has(namespace))
        sources.push(new SegmentLines(topicSegments(folder, namespace), { from, before, isJournal: false }))
  sources.push(new SegmentLines(journal, { from, before: Number.POSITIVE_INFINITY, isJournal: true }))
  return sources.filter(({ isOpen }) => isOpen)
}

function lowest(sources: readonly SegmentLines[]): SegmentLines | undefined {
  let found = sources[0]
  for (const source of sources) if (found !== undefined && source.seq < found.seq) found = source
  return found
}

const missing = (file: string, expected: number, found: number): UserError =>
  new UserError(`events ${expected} to ${found - 1} are missing`, { file })

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
