import { basename, dirname, join } from 'node:path'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import {
  everySegment,
  isPacked,
  journalSegments,
  namespacesIn,
  packedEnding,
  type Segment,
  segmentName,
} from '#lib/journal/log-files.ts'
import { atIn, topicIn } from '#lib/journal/log-line.ts'
import { isThere, makeFolders, replaceFile } from '#lib/journal/new-file.ts'
import { keptSegments, readRetained } from '#lib/journal/retained.ts'
import { chainStart, footerLine, SegmentTally } from '#lib/journal/segment-footer.ts'
import type { SeqSet } from '#lib/journal/seq-set.ts'
import { type WholeLine, wholeLines } from '#lib/journal/whole-lines.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

type Rewrite = {
  readonly damaged: ReadonlySet<string>
  /** Events that are not where they belong. */
  readonly wanted: SeqSet
  /** Told of a file before it is written anew. */
  readonly onChange: (path: string) => void
}
type Found = WholeLine & { readonly file: string }

/**
 * Writes damaged segments anew with what is whole in them, and puts what is wanted, out of whatever file it lies in, where it belongs: into the
 * journal from its first event on, else into a topic file. How many of those there were.
 */
export function rewriteSegments(disk: LogDisk, folder: string, { damaged, wanted, onChange }: Rewrite): number {
  const found: Found[] = []
  for (const segment of everySegment(disk, folder))
    for (const line of wholeLines(disk, segment))
      if (damaged.has(segment.path) || wanted.has(line.seq)) found.push({ ...line, file: segment.path })
  const journal = journalSegments(disk, folder)
  const inJournal = journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY
  const missing = found.filter(({ seq }) => wanted.has(seq))
  const put = (segments: readonly Segment[], mayHave: (line: Found) => boolean, isTopic: boolean) => {
    for (const [i, segment] of segments.entries()) {
      const end = segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY
      const isIn = (line: Found) => line.seq >= segment.firstSeq && line.seq < end && mayHave(line)
      const isDamaged = damaged.has(segment.path)
      if (!isDamaged && !missing.some(isIn)) continue
      const own = isDamaged && isTopic ? found.filter(isIn) : [...wholeLines(disk, segment), ...missing.filter(isIn)]
      for (const path of new Set([segment.path, plainOf(segment.path)])) if (isThere(disk, path)) onChange(path)
      rewrite(disk, segment.path, own, isTopic && end !== Number.POSITIVE_INFINITY)
    }
  }
  put(journal, () => true, false)
  const retained = readRetained(disk, folder)
  const old = missing.filter(({ seq }) => seq < inJournal)
  for (const namespace of new Set([...namespacesIn(disk, folder), ...old.map(namespaceIn)])) {
    const first = keptSegments(disk, folder, namespace, retained)[0]?.firstSeq ?? Number.POSITIVE_INFINITY
    // In front of its first file only a file that has another name has something.
    const strayed = old.filter((line) => namespaceIn(line) === namespace && line.seq < first)
    const [begin] = inOrder(strayed)
    if (begin !== undefined) {
      const path = join(folder, namespace, basename(dirname(begin.file)), segmentName(begin.seq))
      makeFolders(disk, dirname(path))
      rewrite(disk, path, strayed, first !== Number.POSITIVE_INFINITY)
    }
    const isOwn = (line: Found) => namespaceIn(line) === namespace && (line.seq < inJournal || !wanted.has(line.seq))
    put(keptSegments(disk, folder, namespace, retained), isOwn, true)
  }
  return new Set(missing.map(({ seq }) => seq)).size
}

const namespaceIn = ({ text }: WholeLine): string => namespaceOf(topicIn(text))

const inOrder = <T extends WholeLine>(lines: readonly T[]): T[] =>
  [...new Map(lines.map((line) => [line.seq, line])).values()].sort((a, b) => a.seq - b.seq)

const plainOf = (path: string): string => (isPacked(path) ? path.slice(0, -packedEnding.length) : path)

/** What another segment follows is sealed again. */
function rewrite(disk: LogDisk, path: string, lines: readonly WholeLine[], isSealed: boolean): void {
  const texts = inOrder(lines).map(({ text }) => `${text}\n`)
  const footer = isSealed ? footerLine({ ...tallyOf(inOrder(lines)).footer(chainStart), isRepaired: true }) : ''
  const plain = plainOf(path)
  replaceFile(disk, plain, texts.join('') + footer, { file: 'holes.file', folder: 'holes.folder' })
  if (plain !== path) disk.remove(path)
}

function tallyOf(lines: readonly WholeLine[]): SegmentTally {
  const tally = new SegmentTally()
  for (const { seq, text } of lines) {
    tally.count(seq, topicIn(text), atIn(text))
    tally.hash(Buffer.from(`${text}\n`))
  }
  return tally
}
