import { basename, dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Checkpoint } from '#lib/journal/checkpoint.ts'
import type { DamagedSegments } from '#lib/journal/damaged-segments.ts'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import { journalSegments, removeSegment, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import { type Retained, readRetained, writeRetained } from '#lib/journal/retained.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import type { SegmentFooter } from '#lib/journal/segment-footer.ts'

/** How long events of a namespace are kept, in days that something was written on since, and how much of them; whatever comes first. */
export type Retention = Readonly<
  Record<string, { readonly days?: number | undefined; readonly mib?: number | undefined }>
>

export type RemoveOptions = {
  readonly retention: Retention
  /** Events of a namespace from that seq on are needed. */
  readonly neededFrom: (namespace: string) => number
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
  /** Marks of what is in topic files. */
  readonly checkpoint: Pick<Checkpoint, 'through' | 'marks'>
  readonly isWanted: () => boolean
  readonly damaged: DamagedSegments
}

/** Two stay, the one that is written and the one that it is chained to. */
const keptAlways = 2

/**
 * Removes sealed segments that are old, or too much, oldest first. First it is durable what is going to be removed: then nobody takes what is
 * gone for lost, whatever dies meanwhile.
 */
export async function removeOld(disk: LogDisk, folder: string, options: RemoveOptions): Promise<void> {
  const { retention, checkpoint, isWanted, damaged } = options
  const known = damaged.look(folder, () => ({ before: readRetained(disk, folder) }))
  // Where it is not known what was removed nothing more is.
  if (known === null) return
  const { before } = known
  const after: Retained = { ...checkpoint, namespaces: { ...before?.namespaces } }
  const going: Segment[] = []
  // Only what is nowhere but in topic files: the journal is whole.
  const inJournal = journalSegments(disk, folder)[0]?.firstSeq ?? 0
  for (const namespace of Object.keys(retention)) {
    const gone = before?.namespaces[namespace]?.to ?? 0
    const segments = topicSegments(disk, folder, namespace)
    going.push(...segments.filter(({ firstSeq }) => firstSeq <= gone))
    const kept = segments.filter(({ firstSeq }) => firstSeq > gone)
    for (const [segment, footer] of oldOnes(disk, namespace, kept, options)) {
      if (!isWanted()) return
      if (footer.lastSeq >= inJournal) break
      const removed = after.namespaces[namespace]
      after.namespaces[namespace] = {
        to: footer.lastSeq,
        events: (removed?.events ?? 0) + footer.events,
        lastAt: Math.max(removed?.lastAt ?? Number.MIN_SAFE_INTEGER, footer.lastAt),
        chain: footer.chain,
        isRepaired: footer.isRepaired,
      }
      going.push(segment)
      await turn()
    }
  }
  if (JSON.stringify(after.namespaces) !== JSON.stringify(before?.namespaces ?? {})) writeRetained(disk, folder, after)
  for (const segment of going) {
    if (!isWanted()) return
    removeSegment(disk, segment)
    await turn()
  }
}

function* oldOnes(
  disk: LogDisk,
  namespace: string,
  segments: readonly Segment[],
  { retention, neededFrom, today, checkpoint, damaged }: RemoveOptions,
): Generator<[Segment, SegmentFooter]> {
  const { days = Number.POSITIVE_INFINITY, mib = Number.POSITIVE_INFINITY } = retention[namespace] ?? {}
  const sizes =
    mib === Number.POSITIVE_INFINITY
      ? []
      : segments.map(({ path }) => damaged.look(path, () => sizeOf(disk, path)) ?? 0)
  let total = sizes.reduce((sum, size) => sum + size, 0)
  let needed: number | null = null
  const dates = datesOf(segments, today)
  for (const [i, segment] of segments.slice(0, -keptAlways).entries()) {
    // Counted, not subtracted: a clock that is a month ahead says one day too many, however long it does.
    const isOld = new Set(dates.slice(i)).size - 1 > days
    if (!isOld && total <= mib * 2 ** 20) return
    const footer = damaged.look(segment.path, () => endOf(disk, segment.path).footer)
    needed ??= neededFrom(namespace)
    if (footer === null || footer.lastSeq > checkpoint.through || footer.lastSeq >= needed) return
    total -= sizes[i] ?? 0
    yield [segment, footer]
  }
}

/**
 * When each was written, by the names of their folders, and last the day that it is now: no later than the last segment but one says, so that a clock
 * that is wrong for a while makes nothing old. What is later than now was named by such a clock, and so was what is earlier than one before it.
 */
function datesOf(segments: readonly Segment[], today: string): string[] {
  const named = segments.map(({ path }) => basename(dirname(path)))
  const lastButOne = named.at(-keptAlways) ?? today
  const now = lastButOne < today ? lastButOne : today
  let newest: string | null = null
  const dates = named.map((date) => {
    if (date <= now && (newest === null || date > newest)) newest = date
    return newest ?? now
  })
  return [...dates, now]
}

function sizeOf(disk: LogDisk, path: string): number {
  const file = disk.openToRead(path)
  try {
    return file.size
  } finally {
    file.close()
  }
}
