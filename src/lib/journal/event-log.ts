import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AppendResult, LogPort, LogState, ReadRequest, ReadResult, SourceMark } from '#lib/bus/log-port.ts'
import { contentOf, splitSig } from '#lib/codec/event-text.ts'
import { writeCheckpoint } from '#lib/journal/checkpoint.ts'
import type { Lock } from '#lib/journal/lock-folder.ts'
import { isDiskFull, type LogDisk, type LogFile, syncFolder } from '#lib/journal/log-disk.ts'
import { journalFolder, journalSegments, segmentName } from '#lib/journal/log-files.ts'
import { lineOf } from '#lib/journal/log-line.ts'
import { LogReads } from '#lib/journal/log-reads.ts'
import { type Sequenced, sequenceGroups } from '#lib/journal/sequence-groups.ts'
import type { TopicFiles } from '#lib/journal/topic-files.ts'

type Groups = readonly (readonly string[])[]
type Journal = { path: string; file: LogFile; bytes: number }
type Waiting = {
  readonly groups: Groups
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: Error) => void
}
type Opened = {
  readonly run: string
  readonly folder: string
  readonly lock: Lock
  readonly disk: LogDisk
  readonly segmentBytes: number
  readonly topicFiles: TopicFiles
  readonly marks: Map<string, SourceMark>
  readonly head: number
  readonly journal: Journal
  readonly onFailure?: (error: Error) => void
}

/** Topic files are written when this much waits for them: the journal has it meanwhile. */
const topicBytesWaiting = 1 << 20

/** The durable log of a run. `openEventLog` makes it. */
export class EventLog implements LogPort {
  readonly #opened: Opened
  readonly #reads: LogReads
  #marks: Map<string, SourceMark>
  #head: number
  #journal: Journal
  #waiting: Waiting[] = []
  #committing: Promise<void> | null = null
  #checkpoint: Promise<void> = Promise.resolve()
  #end: Error | null = null

  constructor(opened: Opened) {
    this.#opened = opened
    this.#marks = opened.marks
    this.#head = opened.head
    this.#journal = opened.journal
    this.#reads = new LogReads(opened.folder, opened.head)
  }

  async state(): Promise<LogState> {
    return { run: this.#opened.run, head: this.#head, marks: Object.fromEntries(this.#marks) }
  }

  append(groups: Groups): Promise<readonly AppendResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#end !== null) return reject(this.#end)
      this.#waiting.push({ groups, resolve, reject })
      this.#committing ??= this.#commitAll()
    })
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    return this.#reads.read(request)
  }

  async close(): Promise<void> {
    const isFirst = this.#end === null
    this.#end ??= new Error('the log is closed')
    await this.#committing
    await this.#checkpoint
    if (!isFirst) return
    await this.#save()
    await this.#letGo()
  }

  async #commitAll(): Promise<void> {
    try {
      // Those who append in the same turn of the loop are one commit.
      await Promise.resolve()
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        this.#waiting = []
        await this.#commit(batch).catch((error: Error) => this.#fail(error, batch))
      }
    } finally {
      this.#committing = null
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    if (this.#end !== null && this.#end.cause !== undefined) throw this.#end
    const marks = new Map(this.#marks)
    const events: Sequenced[] = []
    const results = batch.map(({ groups }) => sequenceGroups(groups, marks, this.#head + events.length, events))
    if (events.length > 0) {
      const lines = events.map(({ seq, topic, body }) => {
        const { text, sig } = splitSig(body)
        return { seq, topic, line: `${lineOf(contentOf(seq, text), this.#head, sig)}\n` }
      })
      if (!this.#write(Buffer.from(lines.map(({ line }) => line).join('')))) {
        for (const { groups, resolve } of batch) resolve(this.#refusedFull(groups))
        return
      }
      await this.#journal.file.sync()
      this.#head += events.length
      this.#marks = marks
      for (const line of lines) this.#opened.topicFiles.add(line)
      this.#reads.add(events.map(({ seq, topic, body }) => ({ topic, text: contentOf(seq, body) })))
      if (this.#opened.topicFiles.pendingBytes >= topicBytesWaiting) this.#opened.topicFiles.flush()
    }
    batch.forEach(({ resolve }, i) => {
      resolve(results[i] as AppendResult[])
    })
  }

  /** False, and nothing is changed, when the disk is full. */
  #write(bytes: Buffer): boolean {
    try {
      if (this.#journal.bytes >= this.#opened.segmentBytes) this.#rotate()
      this.#journal.file.write(bytes, this.#journal.bytes)
      this.#journal.bytes += bytes.length
      return true
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#journal.file.truncate(this.#journal.bytes)
      return false
    }
  }

  #refusedFull(groups: Groups): AppendResult[] {
    return groups.flatMap((group) => {
      const results = sequenceGroups([group], new Map(this.#marks), this.#head, [])
      return results.map(
        (result): AppendResult => (result.kind === 'appended' ? { kind: 'refused', reason: 'disk_full' } : result),
      )
    })
  }

  #rotate(): void {
    const { disk, folder } = this.#opened
    const path = join(journalFolder(folder), segmentName(this.#head + 1))
    const file = disk.create(path)
    this.#journal.file.close()
    this.#journal = { path, file, bytes: 0 }
    const before = this.#checkpoint
    this.#checkpoint = before.then(() => this.#save()).catch((error: Error) => this.#fail(error, []))
  }

  /** Makes the topic files durable up to now; then the segments before the newest are not needed. */
  async #save(): Promise<void> {
    const { folder, topicFiles } = this.#opened
    if (!topicFiles.flush()) return
    const checkpoint = { through: this.#head, marks: Object.fromEntries(this.#marks), files: topicFiles.positions() }
    await topicFiles.sync()
    writeCheckpoint(folder, checkpoint)
    const segments = journalSegments(folder)
    for (const [i, { path }] of segments.entries())
      if ((segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) <= checkpoint.through + 1) rmSync(path)
    syncFolder(journalFolder(folder))
  }

  /** What is on the disk is not known any more: nobody is told that it is, and nothing more is written. */
  async #fail(error: Error, batch: readonly Waiting[]): Promise<void> {
    const isFirst = this.#end === null || this.#end.cause === undefined
    if (isFirst) this.#end = new Error(`the log cannot write: ${error.message}`, { cause: error })
    const end = this.#end as Error
    for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(end)
    if (!isFirst) return
    this.#opened.onFailure?.(end)
    await this.#letGo()
  }

  async #letGo(): Promise<void> {
    this.#reads.close()
    this.#journal.file.close()
    this.#opened.topicFiles.close()
    await this.#opened.lock.release()
  }
}
