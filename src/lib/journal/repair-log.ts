import { join, relative } from 'node:path'
import { checkLog, type LogCheck } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import { checkedLine, holesFile, retainedFile } from '#lib/journal/checked-file.ts'
import { removeCheckpoint } from '#lib/journal/checkpoint.ts'
import { addHole } from '#lib/journal/holes.ts'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import { journalFolder, journalSegments } from '#lib/journal/log-files.ts'
import { topicIn } from '#lib/journal/log-line.ts'
import { wholeSeqs } from '#lib/journal/missing-events.ts'
import { isThere, newFile } from '#lib/journal/new-file.ts'
import { newestSeq } from '#lib/journal/newest-seq.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { isRemoved, readRetained, writeRetained } from '#lib/journal/retained.ts'
import { retainedInFiles } from '#lib/journal/retained-in-files.ts'
import { rewriteSegments } from '#lib/journal/rewrite-segments.ts'
import { SeqSet } from '#lib/journal/seq-set.ts'
import { wholeLines } from '#lib/journal/whole-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const readHint =
  'bring its disk back, or put what can still be read of it in its place: what is damaged then is repaired'

export type Repair = {
  readonly faults: readonly LogFault[]
  /** Copies of the files that were damaged, or changed, as they were. */
  readonly quarantined: readonly string[]
  /** Events that were not where they belong, and whole in another file. */
  readonly rescued: number
  readonly lost: readonly { readonly from: number; readonly to: number }[]
  /** What no file says any more. */
  readonly unknown: readonly string[]
}

/**
 * Makes a damaged log one that opens: each damaged file is copied into `quarantine/` and written anew with what is whole in it or elsewhere,
 * and the events that are lost are recorded as holes. Nothing is deleted, and nothing is done to a log without damage. Throws a UserError
 * while a process writes the log, and where a file cannot be read: what is in it is not known to be lost.
 */
export async function repairLog(
  folder: string,
  disk: LogDisk = realDisk,
  onEvents?: (done: number) => void,
): Promise<Repair> {
  const lock = await disk.lock(folder)
  try {
    const faults: LogFault[] = []
    let check = checkLog(folder, { disk, onEvents, onFault: (fault) => faults.push(fault) })
    const unreadable = faults.find(({ kind }) => kind === 'unreadable')
    if (unreadable !== undefined)
      throw new UserError(`${unreadable.message}: nothing is repaired`, { file: unreadable.file, hint: readHint })
    const repairable = faults.filter(({ kind }) => kind !== 'schema' && kind !== 'chain')
    if (repairable.length === 0) return { faults, quarantined: [], rescued: 0, lost: [], unknown: [] }
    const damaged = new Set<string>()
    const note = ({ kind, file }: LogFault) => {
      if (!['schema', 'chain', 'missing'].includes(kind)) damaged.add(file)
    }
    faults.forEach(note)
    const copies = new Map<string, string>()
    const keep = (path: string) => {
      if (!copies.has(path)) copies.set(path, quarantine(disk, folder, path))
    }
    for (const path of damaged) keep(path)
    const unknown = rewriteKnown(disk, folder)
    const dropped = dropOldJournal(disk, folder, check, keep)
    // Without that other files have to be whole, and may have what nothing else has.
    if (unknown !== null || dropped > 0) check = checkLog(folder, { disk, onEvents, onFault: note })
    const wanted = new SeqSet()
    for (const { from, to } of [...check.missing, ...check.notInJournal])
      for (let seq = from; seq <= to; seq++) wanted.add(seq)
    // Its positions are those of files that are longer than they will be.
    removeCheckpoint(disk, folder)
    const rescued = dropped + rewriteSegments(disk, folder, { damaged, wanted, onChange: keep })
    // What a reader gets to now is not lost.
    const head = Math.max(check.head, newestSeq(folder, disk))
    const { missing: lost } = checkLog(folder, { disk, head, onFault: () => undefined })
    for (const run of lost) addHole(disk, folder, run)
    return { faults, quarantined: [...copies.values()], rescued, lost, unknown: unknown ?? [] }
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

/** Finds out anew what was removed and what is lost where that is not what was written; what cannot be, in words. Null where it is. */
function rewriteKnown(disk: LogDisk, folder: string): readonly string[] | null {
  const [holes, retained] = [holesFile(folder), retainedFile(folder)].map(
    (path) => checkedLine(disk, path) === undefined,
  )
  if (!holes && !retained) return null
  // Holes are what is missing, which comes last.
  if (holes) disk.remove(holesFile(folder))
  if (!retained) return []
  const found = retainedInFiles(disk, folder)
  if (found.retained === null) disk.remove(retainedFile(folder))
  else writeRetained(disk, folder, found.retained)
  return found.unknown
}

/**
 * A journal is freed from its beginning: what is in front of events that it lacks and topic files have is not needed, where they have all of that
 * as well. It goes. How many events were lacking.
 */
function dropOldJournal(
  disk: LogDisk,
  folder: string,
  { notInJournal }: LogCheck,
  keep: (path: string) => void,
): number {
  const segments = journalSegments(disk, folder)
  const last = segments.findLastIndex(({ path }) => notInJournal.some(({ file }) => file === path))
  if (last < 0) return 0
  const retained = readRetained(disk, folder)
  const inTopicFiles = wholeSeqs(disk, folder, retained, Number.POSITIVE_INFINITY)
  const old = segments.slice(0, last + 1)
  for (const segment of old)
    for (const { seq, text } of wholeLines(disk, segment))
      if (!inTopicFiles.has(seq) && !isRemoved(retained, topicIn(text), seq)) return 0
  for (const { path } of old) {
    keep(path)
    disk.remove(path)
    disk.syncFolder(journalFolder(folder), 'removal.folder')
  }
  const files = new Set(old.map(({ path }) => path))
  return notInJournal.reduce((sum, { file, from, to }) => sum + (files.has(file) ? to - from + 1 : 0), 0)
}
