import { behindHoles, type Hole, readHoles } from '#lib/journal/holes.ts'
import { isOfSystem, type ReadDisk } from '#lib/journal/log-disk.ts'
import { namespacesIn } from '#lib/journal/log-files.ts'
import { firstKept, keptSegments, type Retained, readRetained } from '#lib/journal/retained.ts'
import { repairHint } from '#lib/journal/segment-lines.ts'
import { addToRuns, SeqSet } from '#lib/journal/seq-set.ts'
import { wholeLines } from '#lib/journal/whole-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export type MissingRun = { readonly from: number; readonly to: number }

/** Throws a UserError when not everything up to a seq is whole in the topic files that was not removed: without reading them nobody would know. */
export function refuseMissing(disk: ReadDisk, folder: string, through: number): void {
  const removed = () => readRetained(disk, folder)
  const retained = removed()
  const seen = wholeSeqs(disk, folder, retained, through)
  const holes = readHoles(disk, folder)
  const [run] = missingEvents(disk, folder, { seen, head: through, holes, retained, removed })
  if (run === undefined) return
  const message = `of events ${run.from} to ${run.to} some are missing or damaged that were not removed`
  throw new UserError(message, { file: folder, hint: repairHint })
}

/**
 * Runs of seqs up to the head that neither a file nor a known hole has. Where events were removed which of them these were is not known, only
 * how many: as many may be missing. `retained` is what was removed when it began to be seen what there is, `removed` says what is now.
 */
export function missingEvents(
  disk: ReadDisk,
  folder: string,
  {
    seen,
    head,
    holes,
    retained,
    removed: removedNow,
  }: {
    readonly seen: SeqSet
    readonly head: number
    readonly holes: readonly Hole[]
    readonly retained: Retained | null
    readonly removed: () => Retained | null
  },
): MissingRun[] {
  let [old, known, now] = [seen, retained, removedNow()]
  // What was removed meanwhile may have been seen before that: all that is not newer is counted anew.
  while (JSON.stringify(now) !== JSON.stringify(known)) {
    known = now
    old = wholeSeqs(disk, folder, now, firstKept(now, null) - 1)
    now = removedNow()
  }
  const first = firstKept(now, null)
  const removed = Object.values(now?.namespaces ?? {}).reduce((sum, { events }) => sum + events, 0)
  let unseen = 0
  for (let seq = behindHoles(holes, 1); seq < first; seq = behindHoles(holes, seq + 1)) if (!old.has(seq)) unseen++
  const runs: { from: number; to: number }[] = []
  for (let seq = behindHoles(holes, unseen === removed ? first : 1); seq <= head; seq = behindHoles(holes, seq + 1)) {
    if (!(seq < first ? old : seen).has(seq)) addToRuns(runs, seq)
  }
  return runs
}

/** What is whole in the topic files, up to a seq. */
export function wholeSeqs(disk: ReadDisk, folder: string, retained: Retained | null, through: number): SeqSet {
  const seen = new SeqSet()
  for (const segment of namespacesIn(disk, folder).flatMap((name) => keptSegments(disk, folder, name, retained))) {
    if (segment.firstSeq > through) continue
    try {
      for (const { seq } of wholeLines(disk, segment)) if (seq <= through) seen.add(seq)
    } catch (error) {
      // What cannot be read is not there.
      if (!isOfSystem(error)) throw error
    }
  }
  return seen
}
