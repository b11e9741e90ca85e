import { checkLine } from '#lib/codec/check-line.ts'
import { behindHoles, type Hole, readHoles } from '#lib/journal/holes.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import { isGone, type ReadDisk } from '#lib/journal/log-disk.ts'
import { isPacked, journalSegments, namespacesIn, packedEnding, type Segment } from '#lib/journal/log-files.ts'
import { atIn, openLine, topicIn } from '#lib/journal/log-line.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { keptSegments, type Retained, readRetained } from '#lib/journal/retained.ts'
import { isChained, type Link, readFooter, SegmentTally } from '#lib/journal/segment-footer.ts'
import { repairHint } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Something in a log that is not as it was written. `seq` is 0 where it is not known. */
export type LogFault = {
  readonly file: string
  readonly offset: number
  readonly seq: number
  readonly kind: 'crc' | 'order' | 'footer' | 'chain' | 'schema' | 'missing' | 'packed'
  readonly message: string
}

export type LogCheck = {
  readonly events: number
  readonly segments: number
  readonly head: number
  readonly missing: readonly { readonly from: number; readonly to: number }[]
}

/**
 * Looks at everything in a log: crc and order of every line, its event against the catalogue, footers and their chain, and that no seq is
 * missing. Says each fault, and goes on. What is compressed or removed meanwhile is not missed.
 */
export function checkLog(
  folder: string,
  {
    disk = realDisk,
    onFault,
    onEvents,
    head = newestSeq(folder, disk),
  }: { disk?: ReadDisk; onFault: (fault: LogFault) => void; onEvents?: (done: number) => void; head?: number },
): LogCheck {
  const seen = new SeqSet()
  const read: ReadSegment[] = []
  let lines = 0
  const look = (segment: Segment, end: number, namespace: string | null) => {
    const fault = (at: { offset: number; seq: number }, kind: LogFault['kind'], message: string) =>
      onFault({ file: segment.path, offset: at.offset, seq: at.seq, kind, message })
    const file = { namespace, lastSeq: 0, events: 0 }
    const footer = readSegment(disk, segment, { end, head, isJournal: namespace === null }, fault, (seq) => {
      seen.add(seq)
      file.lastSeq = seq
      file.events++
      if (++lines % 4_096 === 0) onEvents?.(seen.size)
    })
    if (footer !== gone) read.push(file)
    return footer
  }
  const journal = journalSegments(disk, folder)
  // First: what goes from it is in the topic files by then.
  for (const [i, segment] of journal.entries())
    look(segment, journal[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY, null)
  for (const namespace of namespacesIn(disk, folder)) {
    const { files, removed } = keptNow(disk, folder, namespace)
    let before: Link | null = removed
    for (const [i, segment] of files.entries()) {
      const next = files[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY
      const footer = look(segment, next, namespace)
      if (footer === gone) {
        before = null
        continue
      }
      if (footer === null && next < (journal[0]?.firstSeq ?? Number.POSITIVE_INFINITY))
        onFault({ file: segment.path, offset: 0, seq: 0, kind: 'footer', message: 'does not end as it was sealed' })
      if (footer !== null && before !== null && !isChained(before, footer))
        onFault({
          file: segment.path,
          offset: 0,
          seq: 0,
          kind: 'chain',
          message: 'does not follow the segment before it',
        })
      before = footer
    }
  }
  const missing = missingRuns(seen, readHoles(disk, folder), head, readRetained(disk, folder), read)
  for (const { from, to } of missing) {
    const message = from === to ? `event ${from} is missing` : `events ${from} to ${to} are missing`
    onFault({ file: folder, offset: 0, seq: from, kind: 'missing', message })
  }
  return { events: seen.size, segments: read.length, head, missing }
}

/** Throws a UserError when not everything up to a seq is whole in the files that was not removed: without reading them nobody would know. */
export function refuseMissing(disk: ReadDisk, folder: string, through: number): void {
  const retained = readRetained(disk, folder)
  const seen = new SeqSet()
  const kept = namespacesIn(disk, folder).flatMap((name) => keptSegments(disk, folder, name, retained))
  for (const { path } of [...kept, ...journalSegments(disk, folder)]) {
    const file = new LineFile(disk, path)
    while (file.next()) if (file.isIntact && file.seq <= through) seen.add(file.seq)
  }
  const [run] = missingRuns(seen, readHoles(disk, folder), through, retained)
  if (run === undefined) return
  const message = `of events ${run.from} to ${run.to} some are missing or damaged that were not removed`
  throw new UserError(message, { file: folder, hint: repairHint })
}

/** `namespace`: null of the journal. */
type ReadSegment = { readonly namespace: string | null; readonly lastSeq: number; readonly events: number }

const gone = Symbol('gone')

type Say = (at: { offset: number; seq: number }, kind: LogFault['kind'], message: string) => void

function readSegment(
  disk: ReadDisk,
  { path, firstSeq }: Segment,
  { end, head, isJournal }: { end: number; head: number; isJournal: boolean },
  fault: Say,
  onEvent: (seq: number) => void,
) {
  const tally = new SegmentTally()
  let lastSeq = 0
  try {
    const file = openNow(disk, path)
    while (file.next()) {
      // A file that has another one's name: no reader gets to what is in it.
      if (file.isIntact && lastSeq === 0 && (file.seq < firstSeq || file.seq >= end))
        fault(file, 'order', `event ${file.seq} does not belong into this file`)
      if (file.isIntact && (file.seq >= end || file.seq > head)) break
      if (!file.isIntact) {
        // Behind what was acknowledged a journal may be torn: the next start keeps that aside.
        if (isJournal && lastSeq >= head) break
        fault(file, 'crc', 'is not the line that was written')
        continue
      }
      if (file.seq <= lastSeq) fault(file, 'order', `event ${file.seq} comes after event ${lastSeq}`)
      lastSeq = file.seq
      const { line } = file
      const checked = checkLine(openLine(line, file.seq).content)
      if (checked.kind === 'invalid') {
        const [first] = checked.faults
        fault(file, 'schema', [first?.path, first?.message].filter((part) => part !== '').join(': '))
      }
      tally.count(file.seq, topicIn(line), atIn(line))
      tally.hash(file.bytes)
      onEvent(file.seq)
    }
    file.close()
    if (file.footer === null) return null
    const stated = readFooter(file.footer)
    const found = tally.footer('')
    if (stated === null || stated.sha256 !== found.sha256 || stated.events !== found.events)
      fault({ offset: found.bytes, seq: 0 }, 'footer', 'its footer is not of the lines before it')
    return stated
  } catch (error) {
    if (isGone(error)) return gone
    if (!(error instanceof UserError)) throw error
    fault({ offset: 0, seq: 0 }, 'packed', error.message)
    return null
  }
}

/** The files of a namespace, and what was removed in front of the first of them. */
function keptNow(disk: ReadDisk, folder: string, namespace: string) {
  for (;;) {
    const retained = readRetained(disk, folder)
    const files = keptSegments(disk, folder, namespace, retained)
    const removed = retained?.namespaces[namespace] ?? null
    if (readRetained(disk, folder)?.namespaces[namespace]?.to === removed?.to) return { files, removed }
  }
}

/** What was plain may be compressed by now. */
function openNow(disk: ReadDisk, path: string): LineFile {
  try {
    return new LineFile(disk, path)
  } catch (error) {
    if (!isGone(error) || isPacked(path)) throw error
    return new LineFile(disk, `${path}${packedEnding}`)
  }
}

/**
 * Runs of seqs up to the head that neither a file nor a known hole has. Where events were removed which of them these were is not known, only
 * how many: as many may be missing, but for those that were `read` before.
 */
function missingRuns(
  seen: SeqSet,
  holes: readonly Hole[],
  head: number,
  retained: Retained | null,
  read: readonly ReadSegment[] = [],
): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (let seq = behindHoles(holes, 1); seq <= head; seq = behindHoles(holes, seq + 1)) {
    if (seen.has(seq)) continue
    const last = runs.at(-1)
    if (last !== undefined && last.to === seq - 1) last.to = seq
    else runs.push({ from: seq, to: seq })
  }
  const removed = Object.values(retained?.namespaces ?? {})
  const first = Math.max(0, ...removed.map(({ to }) => to)) + 1
  let missing = -removed.reduce((sum, { events }) => sum + events, 0)
  for (const { namespace, lastSeq, events } of read)
    if (lastSeq <= (retained?.namespaces[namespace ?? '']?.to ?? 0)) missing += events
  for (const { from, to } of runs) if (from < first) missing += Math.min(to, first - 1) - from + 1
  if (missing !== 0) return runs
  return runs.filter(({ to }) => to >= first).map(({ from, to }) => ({ from: Math.max(from, first), to }))
}

/** Which seqs there are: a bit each. */
export class SeqSet {
  #bits = new Uint8Array(1 << 16)
  size = 0

  add(seq: number): void {
    if (this.has(seq)) return
    if (seq >> 3 >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bits.length, (seq >> 3) + 1))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[seq >> 3] = (this.#bits[seq >> 3] as number) | (1 << (seq & 7))
    this.size++
  }

  has(seq: number): boolean {
    return ((this.#bits[seq >> 3] ?? 0) & (1 << (seq & 7))) !== 0
  }
}
