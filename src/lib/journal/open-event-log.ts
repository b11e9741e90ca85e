import { mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { SourceMark } from '#lib/bus/log-port.ts'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import { EventLog } from '#lib/journal/event-log.ts'
import { lockFolder } from '#lib/journal/lock-folder.ts'
import { type LogDisk, realDisk } from '#lib/journal/log-disk.ts'
import { journalFolder, journalSegments, segmentName } from '#lib/journal/log-files.ts'
import { idIn, topicIn } from '#lib/journal/log-line.ts'
import { markAfter, noMark } from '#lib/journal/marks.ts'
import { readRawLog } from '#lib/journal/read-log.ts'
import { recoverJournal, type Torn } from '#lib/journal/recover-journal.ts'
import { cutTopicFiles, newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { TopicFiles } from '#lib/journal/topic-files.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'

export type LogOptions = {
  /** The name of the run; that of its folder where nothing is said. */
  readonly run?: string
  readonly disk?: LogDisk
  readonly segmentBytes?: number
  /** `YYYY-MM-DD`, UTC. */
  readonly today?: () => string
  readonly onTorn?: (torn: Torn) => void
  /** The log can no longer write: the process is to end. */
  readonly onFailure?: (error: Error) => void
}

/**
 * Opens the log in a folder, or starts one: one path for a first start, an orderly one and one after a crash. Throws a UserError when
 * another process writes it, and when acknowledged events are damaged.
 */
export async function openEventLog(folder: string, options: LogOptions = {}): Promise<EventLog> {
  const lock = await lockFolder(folder)
  try {
    return new EventLog({ ...recover(folder, options), folder, lock, onFailure: options.onFailure })
  } catch (error) {
    await lock.release()
    throw error
  }
}

function recover(folder: string, options: LogOptions) {
  const { disk = realDisk, segmentBytes = 64 << 20, today = () => new Date().toISOString().slice(0, 10) } = options
  mkdirSync(journalFolder(folder), { recursive: true })
  const segments = journalSegments(folder)
  const inTopicFiles = newestInTopicFiles(folder)
  const before = (segments[0]?.firstSeq ?? inTopicFiles + 1) - 1
  const stated = readCheckpoint(folder)
  const checkpoint = stated !== null && stated.through >= before ? stated : null
  const marks = new Map<string, SourceMark>(Object.entries(checkpoint?.marks ?? {}))
  const fold = (line: string) => {
    const id = parseEventId(idIn(line))
    marks.set(id.source, markAfter(marks.get(id.source) ?? noMark, id))
  }
  if (checkpoint === null) for (const { line } of readRawLog(folder, { to: before })) fold(line)
  const through = checkpoint?.through ?? before
  const lines: { seq: number; topic: string; line: string }[] = []
  const attested = Math.max(inTopicFiles, stated?.through ?? 0)
  const { head, lastBytes, torn } = recoverJournal(segments, attested, (line, seq) => {
    if (seq <= through) return
    fold(line)
    lines.push({ seq, topic: topicIn(line), line: `${line}\n` })
  })
  if (torn !== null) options.onTorn?.(torn)
  const topicFiles = new TopicFiles(folder, disk, segmentBytes, today)
  for (const [namespace, at] of cutTopicFiles(folder, through, checkpoint?.files ?? {})) topicFiles.goOn(namespace, at)
  for (const line of lines) topicFiles.add(line)
  topicFiles.flush()
  const last = segments.at(-1)
  const path = last?.path ?? join(journalFolder(folder), segmentName(head + 1))
  const file = last === undefined ? disk.create(path) : disk.open(path)
  const run = options.run ?? basename(resolve(folder))
  return { run, disk, segmentBytes, topicFiles, marks, head, journal: { path, file, bytes: lastBytes } }
}
