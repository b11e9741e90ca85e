import { join, relative } from 'node:path'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import { addHole } from '#lib/journal/holes.ts'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import {
  isPacked,
  journalFolder,
  journalSegments,
  namespacesIn,
  packedEnding,
  topicSegments,
} from '#lib/journal/log-files.ts'
import { atIn, topicIn } from '#lib/journal/log-line.ts'
import { isThere, newFile, replaceFile } from '#lib/journal/new-file.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { chainStart, footerLine, SegmentTally } from '#lib/journal/segment-footer.ts'
import { SeqSet } from '#lib/journal/seq-set.ts'
import { type WholeLine, wholeLines } from '#lib/journal/whole-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const readHint =
  'bring its disk back, or put what can still be read of it in its place: what is damaged then is repaired'

export type Repair = {
  readonly faults: readonly LogFault[]
  /** Copies of the files that were damaged, as they were. */
  readonly quarantined: readonly string[]
  /** Events that were damaged in one file and whole in another. */
  readonly rescued: number
  readonly lost: readonly { readonly from: number; readonly to: number }[]
}

/**
 * Makes a damaged log one that opens: each damaged file is copied into `quarantine/` and written anew with what is whole in it, and the
 * events that are lost are recorded as holes. Nothing is deleted, and nothing is done to a log without damage. Throws a UserError while a
 * process writes the log, and where a file cannot be read: what is in it is not known to be lost.
 */
export async function repairLog(
  folder: string,
  disk: LogDisk = realDisk,
  onEvents?: (done: number) => void,
): Promise<Repair> {
  const lock = await disk.lock(folder)
  try {
    const faults: LogFault[] = []
    const { head } = checkLog(folder, { disk, onFault: (fault) => faults.push(fault), onEvents })
    const unreadable = faults.find(({ kind }) => kind === 'unreadable')
    if (unreadable !== undefined)
      throw new UserError(`${unreadable.message}: nothing is repaired`, { file: unreadable.file, hint: readHint })
    const repairable = faults.filter(({ kind }) => kind !== 'schema' && kind !== 'chain')
    if (repairable.length === 0) return { faults, quarantined: [], rescued: 0, lost: [] }
    const damaged = new Set(repairable.filter(({ kind }) => kind !== 'missing').map(({ file }) => file))
    const quarantined = [...damaged].map((path) => quarantine(disk, folder, path))
    const rescued = rewriteJournal(disk, folder, damaged, head)
    rewriteTopicFiles(disk, folder, damaged)
    // Its positions are those of files that are shorter now.
    const checkpoint = join(journalFolder(folder), 'checkpoint.json')
    if (isThere(disk, checkpoint)) disk.remove(checkpoint)
    // What a reader gets to now is not lost.
    const newest = Math.max(head, newestSeq(folder, disk))
    const { missing: lost } = checkLog(folder, { disk, head: newest, onFault: () => undefined })
    for (const run of lost) addHole(disk, folder, run)
    return { faults, quarantined, rescued, lost }
  } finally {
    await lock.release()
  }
}

function quarantine(disk: LogDisk, folder: string, path: string): string {
  const name = relative(folder, path).replaceAll('/', '_')
  let copy = join(folder, 'quarantine', name)
  for (let n = 2; isThere(disk, copy); n++) copy = join(folder, 'quarantine', `${name}.${n}`)
  const from = disk.openToRead(path)
  const to = newFile(disk, copy, 'holes.folder')
  try {
    const bytes = Buffer.alloc(from.size)
    to.write(bytes.subarray(0, from.read(bytes, 0)), 0)
    to.syncNow('holes.file')
  } finally {
    from.close()
    to.close()
  }
  return copy
}

/** A journal has every event from its first one on: what is damaged in it may be whole in a topic file. How many were. */
function rewriteJournal(disk: LogDisk, folder: string, damaged: ReadonlySet<string>, head: number): number {
  const segments = journalSegments(disk, folder)
  const first = segments[0]?.firstSeq ?? head + 1
  const inJournal = new SeqSet()
  for (const segment of segments) for (const { seq } of wholeLines(disk, segment)) inJournal.add(seq)
  const elsewhere: WholeLine[] = []
  for (const namespace of namespacesIn(disk, folder))
    for (const segment of topicSegments(disk, folder, namespace))
      for (const line of wholeLines(disk, segment))
        if (line.seq >= first && !inJournal.has(line.seq)) elsewhere.push(line)
  let rescued = 0
  for (const [i, segment] of segments.entries()) {
    const { path, firstSeq } = segment
    if (!damaged.has(path)) continue
    const end = segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY
    const found = elsewhere.filter(({ seq }) => seq >= firstSeq && seq < end)
    rescued += found.length
    rewrite(disk, path, [...wholeLines(disk, segment), ...found])
  }
  return rescued
}

/** Each line goes into the file that its seq belongs to: a file may have had the name of another. */
function rewriteTopicFiles(disk: LogDisk, folder: string, damaged: ReadonlySet<string>): void {
  for (const namespace of namespacesIn(disk, folder)) {
    const segments = topicSegments(disk, folder, namespace)
    const lines = segments.filter(({ path }) => damaged.has(path)).flatMap((segment) => [...wholeLines(disk, segment)])
    for (const [i, { path, firstSeq }] of segments.entries()) {
      if (!damaged.has(path)) continue
      const end = segments[i + 1]?.firstSeq
      const own = lines.filter(({ seq }) => seq >= firstSeq && seq < (end ?? Number.POSITIVE_INFINITY))
      rewrite(disk, path, own, end !== undefined)
    }
  }
}

/** What another segment follows is sealed again. */
function rewrite(disk: LogDisk, path: string, lines: readonly WholeLine[], isSealed = false): void {
  const inOrder = [...new Map(lines.map((line) => [line.seq, line])).values()].sort((a, b) => a.seq - b.seq)
  const texts = inOrder.map(({ text }) => `${text}\n`)
  const footer = isSealed ? footerLine({ ...tallyOf(inOrder).footer(chainStart), isRepaired: true }) : ''
  const plain = isPacked(path) ? path.slice(0, -packedEnding.length) : path
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
