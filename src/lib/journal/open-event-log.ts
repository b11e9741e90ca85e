import { randomUUID } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import type { SourceMark } from '#lib/bus/log-port.ts'
import { readCheckpoint, removeCheckpoint } from '#lib/journal/checkpoint.ts'
import type { TopicRun } from '#lib/journal/commit-lines.ts'
import { DamagedSegments } from '#lib/journal/damaged-segments.ts'
import type { Durability } from '#lib/journal/durability.ts'
import { EventLog } from '#lib/journal/event-log.ts'
import { behindHoles, readHoles } from '#lib/journal/holes.ts'
import type { Torn } from '#lib/journal/journal-tail.ts'
import { isDiskFull, type LogDisk } from '#lib/journal/log-disk.ts'
import { journalFolder, journalSegments, segmentName } from '#lib/journal/log-files.ts'
import { atIn, idIn, topicIn } from '#lib/journal/log-line.ts'
import { markAfter, noMark } from '#lib/journal/marks.ts'
import { refuseMissing } from '#lib/journal/missing-events.ts'
import { makeFolders, newFile, syncAbove } from '#lib/journal/new-file.ts'
import { readRawLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { recoverJournal } from '#lib/journal/recover-journal.ts'
import { cutTopicFiles, newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import type { RemoveOptions } from '#lib/journal/remove-old.ts'
import { isRemoved, readRetained } from '#lib/journal/retained.ts'
import { repairHint } from '#lib/journal/segment-lines.ts'
import { TopicFiles } from '#lib/journal/topic-files.ts'
import { readWatermark, WatermarkFile } from '#lib/journal/watermark.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

export type LogOptions = {
  /** The name of the run; that of its folder where nothing is said. */
  readonly run?: string
  /** See `ensureRunId`; a new one where nothing is said: what was sealed before does not hold then. */
  readonly runId?: string
  readonly disk?: LogDisk
  readonly segmentBytes?: number
  /** How far a journal is filled with zeros ahead: what is overwritten is durable sooner than what makes a file longer. */
  readonly aheadBytes?: number
  /** Of namespaces that are not `fsync`. */
  readonly durability?: Durability
  /** How sealed segments are compressed; null where they stay as they are. */
  readonly compress?: ((bytes: Buffer) => Promise<Buffer>) | null
  /** What of it is removed when it is old, or too much; null where nothing is. */
  readonly retention?: Pick<RemoveOptions, 'retention' | 'neededFrom'> | null
  /** `YYYY-MM-DD`, UTC. */
  readonly today?: () => string
  readonly onTorn?: (torn: Torn) => void
  /** A sealed segment is not any more what was sealed. The log goes on: who reads it is refused. */
  readonly onDamage?: (error: UserError) => void
  /** The log can no longer write: the process is to end. */
  readonly onFailure?: (error: Error) => void
}

/**
 * Opens the log in a folder, or starts one: one path for a first start, an orderly one and one after a crash. Throws a UserError when
 * another process writes it, and when acknowledged events are damaged.
 */
export async function openEventLog(folder: string, options: LogOptions = {}): Promise<EventLog> {
  const { disk = realDisk } = options
  try {
    makeFolders(disk, journalFolder(folder))
  } catch (error) {
    throw inWords(error, folder)
  }
  const lock = await disk.lock(folder).catch((error) => {
    throw inWords(error, folder)
  })
  try {
    const { onFailure, durability = {}, aheadBytes = 1 << 20, compress = null, retention = null } = options
    return new EventLog({
      ...recover(folder, disk, options),
      folder,
      lock,
      durability,
      aheadBytes,
      compress,
      retention,
      damaged: new DamagedSegments(options.onDamage ?? (() => undefined)),
      onFailure,
    })
  } catch (error) {
    await lock.release()
    throw inWords(error, folder)
  }
}

/** What a disk says that cannot be written, for who has to do something about it. */
function inWords(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EROFS') return new UserError('the disk is read-only: a log has to be written', { file })
  if (code === 'EACCES' || code === 'EPERM') return new UserError(`may not be written: ${code}`, { file })
  if (isDiskFull(error)) return new UserError('the disk is full: make some space first', { file })
  return error
}

function recover(folder: string, disk: LogDisk, options: LogOptions, stated = readCheckpoint(disk, folder)) {
  const { segmentBytes = 64 << 20, today = () => new Date().toISOString().slice(0, 10) } = options
  const segments = journalSegments(disk, folder)
  const holes = readHoles(disk, folder)
  const inTopicFiles = behindHoles(holes, newestInTopicFiles(disk, folder) + 1) - 1
  const before = (segments[0]?.firstSeq ?? inTopicFiles + 1) - 1
  const checkpoint = stated !== null && stated.through >= before ? stated : null
  const retained = readRetained(disk, folder)
  const marks = new Map<string, SourceMark>(Object.entries(checkpoint?.marks ?? retained?.marks ?? {}))
  const fold = (line: string) => {
    const id = parseEventId(idIn(line))
    marks.set(id.source, markAfter(marks.get(id.source) ?? noMark, id))
  }
  if (checkpoint === null) {
    // What retention left is not read for its marks, and is cut where a line of it is damaged: it has to be whole.
    if (retained !== null) refuseMissing(disk, folder, before)
    const from = (retained?.through ?? 0) + 1
    for (const { line } of readRawLog(folder, { from, to: before, disk, acknowledged: before })) fold(line)
  }
  const through = checkpoint?.through ?? before
  const runs: TopicRun[] = []
  const attested = Math.max(inTopicFiles, stated?.through ?? 0, readWatermark(disk, folder)?.durable ?? 0)
  if (segments.length === 0 && attested > inTopicFiles)
    throw new UserError(`events ${inTopicFiles + 1} to ${attested} are missing: they were in the journal`, {
      file: journalFolder(folder),
      hint: repairHint,
    })
  const { head, end, torn } = recoverJournal(disk, segments, { attested, holes }, (line, seq) => {
    if (seq <= through) return
    fold(line)
    const topic = topicIn(line)
    // A copy's journal may be older than what was removed: a file that began with it would be taken for removed.
    if (isRemoved(retained, topic, seq)) return
    const bytes = Buffer.from(`${line}\n`)
    runs.push({ namespace: namespaceOf(topic), firstSeq: seq, topics: [topic], ats: [atIn(line)], bytes })
  })
  if (torn !== null) options.onTorn?.(torn)
  const topicFiles = new TopicFiles(folder, disk, segmentBytes, today)
  const removed = retained?.namespaces ?? {}
  // What is written anew may be in other files than it says.
  if (stated === null) removeCheckpoint(disk, folder)
  try {
    for (const [namespace, at] of cutTopicFiles(disk, folder, { before, through }, checkpoint?.files ?? {}, removed))
      topicFiles.goOn(namespace, at)
  } catch (error) {
    if (checkpoint === null || !(error instanceof UserError)) throw error
    // They are not what it says: without it they are read up to the journal, which has the rest whole.
    try {
      return recover(folder, disk, options, null)
    } catch (again) {
      throw again instanceof UserError ? error : again
    }
  }
  for (const run of runs) topicFiles.add(run)
  topicFiles.flush()
  const path = end?.path ?? join(journalFolder(folder), segmentName(head + 1))
  const file = end === null ? newFile(disk, path, 'journal.folder') : disk.open(path)
  // Who made the segment may have died before it was durable that it is there.
  if (end !== null) syncAbove(disk, path, 'journal.folder')
  const watermark = new WatermarkFile(disk, folder)
  watermark.write({ durable: head, acknowledged: head })
  const { run = basename(resolve(folder)), runId = randomUUID() } = options
  const journal = { file, bytes: end?.bytes ?? 0, allocated: file.size }
  return {
    run,
    runId,
    disk,
    segmentBytes,
    topicFiles,
    marks,
    head,
    today,
    watermark,
    journal,
    sealedThrough: checkpoint?.through ?? 0,
  }
}
