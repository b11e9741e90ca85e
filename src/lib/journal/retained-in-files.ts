import type { SourceMark } from '#lib/bus/log-port.ts'
import { checkedLine, holesFile } from '#lib/journal/checked-file.ts'
import { type Checkpoint, readCheckpoint } from '#lib/journal/checkpoint.ts'
import { mayBeWritten } from '#lib/journal/durability.ts'
import { behindHoles, readHoles } from '#lib/journal/holes.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { namespacesIn, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { atIn, idIn } from '#lib/journal/log-line.ts'
import { markAfter, noMark } from '#lib/journal/marks.ts'
import { wholeSeqs } from '#lib/journal/missing-events.ts'
import { firstKept, type Retained } from '#lib/journal/retained.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { chainStart, isChained } from '#lib/journal/segment-footer.ts'
import { type WholeLine, wholeLines } from '#lib/journal/whole-lines.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/**
 * What was removed from a log, as far as its files tell: what is in front of the first file of a namespace that is not the first of its chain.
 * And in words what they do not tell.
 */
export function retainedInFiles(
  disk: ReadDisk,
  folder: string,
): { readonly retained: Retained | null; readonly unknown: readonly string[] } {
  const checkpoint = readCheckpoint(disk, folder)
  const holes = checkedLine(disk, holesFile(folder)) === undefined ? [] : readHoles(disk, folder)
  const namespaces: Retained['namespaces'] = {}
  for (const namespace of mayBeWritten) {
    const [first, second] = topicSegments(disk, folder, namespace)
    // Two stay of whatever is removed.
    if (first === undefined || second === undefined || isFirstOfAll(disk, first)) continue
    const lastAt = Math.max(...[...wholeLines(disk, first)].map(({ text }) => atIn(text)))
    namespaces[namespace] = { to: first.firstSeq - 1, events: 0, lastAt, chain: chainStart, isRepaired: true }
  }
  const first = firstKept({ namespaces }, null)
  const seen = wholeSeqs(disk, folder, null, first - 1)
  let unseen = 0
  for (let seq = behindHoles(holes, 1); seq < first; seq = behindHoles(holes, seq + 1)) if (!seen.has(seq)) unseen++
  const removed = Object.values(namespaces)[0]
  if (removed === undefined || unseen === 0) return { retained: null, unknown: [] }
  removed.events = unseen
  const through = Math.max(first - 1, checkpoint?.through ?? 0)
  const marks = marksThrough(disk, folder, through, checkpoint)
  const which = `which of the ${unseen} events before ${first} that no file has were removed, and which are lost`
  const whose = `how far those sources were that have no event left before ${first}`
  return { retained: { through, marks, namespaces }, unknown: checkpoint === null ? [which, whose] : [which] }
}

function isFirstOfAll(disk: ReadDisk, { path, firstSeq }: Segment): boolean {
  if (firstSeq === 1) return true
  try {
    const { footer } = endOf(disk, path)
    return footer !== null && footer.isRepaired !== true && isChained({ chain: chainStart }, footer)
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** Marks of a checkpoint, and of what is kept behind it. */
function marksThrough(
  disk: ReadDisk,
  folder: string,
  through: number,
  checkpoint: Checkpoint | null,
): Record<string, SourceMark> {
  const newest = new Map<string, WholeLine>()
  for (const segment of namespacesIn(disk, folder).flatMap((name) => topicSegments(disk, folder, name)))
    for (const line of wholeLines(disk, segment)) {
      const { source, isFact } = parseEventId(idIn(line.text))
      const key = `${source} ${isFact}`
      if (line.seq > (checkpoint?.through ?? 0) && line.seq <= through && line.seq > (newest.get(key)?.seq ?? 0))
        newest.set(key, line)
    }
  const marks = new Map<string, SourceMark>(Object.entries(checkpoint?.marks ?? {}))
  for (const { text } of newest.values()) {
    const id = parseEventId(idIn(text))
    marks.set(id.source, markAfter(marks.get(id.source) ?? noMark, id))
  }
  return Object.fromEntries(marks)
}
