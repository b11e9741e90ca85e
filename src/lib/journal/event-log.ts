import { setImmediate as turn } from 'node:timers/promises'
import type { AppendResult, LogPort, LogState, ReadRequest, ReadResult, Run, SourceMark } from '#lib/bus/log-port.ts'
import { lineBytesMost, type TopicRun, writeLines } from '#lib/journal/commit-lines.ts'
import type { Durability } from '#lib/journal/durability.ts'
import { freeJournal } from '#lib/journal/free-journal.ts'
import { JournalWriter } from '#lib/journal/journal-writer.ts'
import { isDiskFull, isOutOfFiles, type Lock, type LogDisk, type LogFile } from '#lib/journal/log-disk.ts'
import { LogReads } from '#lib/journal/log-reads.ts'
import { type Append, refusedFull, type Sequenced, sequenceGroups } from '#lib/journal/sequence-groups.ts'
import { type TidyOptions, tidySegments } from '#lib/journal/tidy-segments.ts'
import type { TopicFiles } from '#lib/journal/topic-files.ts'
import type { WatermarkFile } from '#lib/journal/watermark.ts'

type Waiting = Append & {
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: Error) => void
}
type Opened = Pick<TidyOptions, 'compress' | 'retention' | 'damaged'> & {
  readonly run: string
  readonly runId: string
  readonly folder: string
  readonly lock: Lock
  readonly disk: LogDisk
  readonly segmentBytes: number
  readonly aheadBytes: number
  readonly durability: Durability
  readonly today: () => string
  readonly topicFiles: TopicFiles
  readonly watermark: WatermarkFile
  readonly marks: Map<string, SourceMark>
  readonly head: number
  /** Topic segments that end up to there are as they will stay. */
  readonly sealedThrough: number
  readonly journal: { readonly file: LogFile; readonly bytes: number; readonly allocated: number }
  readonly onFailure?: (error: Error) => void
}

/** Topic files are written when this much waits for them, in small parts that no commit waits long for: the journal has it meanwhile. */
const topicBytesWaiting = 64 << 10
/** And synced when this much was written, so that little is left to do when the journal's space is wanted. */
const topicBytesUnsynced = 1 << 20

/** The durable log of a run. `openEventLog` makes it. */
export class EventLog implements LogPort {
  readonly #opened: Opened
  readonly #reads: LogReads
  readonly #journal: JournalWriter
  #marks: Map<string, SourceMark>
  /** What was acknowledged, or will be when it is durable. */
  #head: number
  #durable: number
  /** Marks of what is durable: a checkpoint that knew of more would take it for a repeat after a power cut. */
  #durableMarks: ReadonlyMap<string, SourceMark>
  /** In the journal, not known to be durable: topic files have to wait. */
  #undurable: TopicRun[] = []
  #waiting: Waiting[] = []
  #committing: Promise<void> | null = null
  #syncing: Promise<void> | null = null
  #checkpoint: Promise<void> = Promise.resolve()
  #packing: Promise<void>
  #end: Error | null = null

  constructor(opened: Opened) {
    this.#opened = opened
    this.#marks = opened.marks
    this.#head = opened.head
    this.#durable = opened.head
    this.#durableMarks = opened.marks
    this.#journal = new JournalWriter(opened)
    this.#reads = new LogReads(opened.folder, opened.head, opened.disk)
    this.#packing = this.#pack(opened.sealedThrough)
  }

  async state(): Promise<LogState> {
    const { run, runId, durability, disk, folder } = this.#opened
    const diskUsedPercent = disk.usedPercent(folder)
    return { run, runId, head: this.#head, marks: Object.fromEntries(this.#marks), durability, diskUsedPercent }
  }

  append(groups: Append['groups'], runs?: readonly Run[]): Promise<readonly AppendResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#end !== null) return reject(this.#end)
      this.#waiting.push({ groups, runs, resolve, reject })
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
    await this.#syncing
    await this.#checkpoint
    await this.#packing
    if (!isFirst) return
    await this.#save()
    await this.#letGo()
  }

  async #commitAll(): Promise<void> {
    try {
      // Those who append in the same turn of the loop are one commit.
      await Promise.resolve()
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0)
        // Who waits is told before topic files follow; and whoever appends in a loop is not alone.
        const told = this.#commit(batch).then(() => turn())
        await told.then(() => this.#follow()).catch((error: Error) => this.#fail(error, batch))
      }
    } finally {
      this.#committing = null
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    if (this.#end !== null && this.#end.cause !== undefined) throw this.#end
    const marks = new Map(this.#marks)
    const events: Sequenced[] = []
    const results = batch.map((append) => sequenceGroups(append, marks, this.#head + events.length, events))
    if (events.length > 0) {
      if (this.#journal.isFull) await this.#rotate()
      const room = this.#reads.held.room(lineBytesMost(events))
      const { bytes, runs } = writeLines(room, events, this.#durable)
      if (!this.#hasRoom() || !this.#journal.write(bytes)) {
        // What was taken back must not be there again after a power cut.
        await this.#journal.sync('refusal')
        for (const [i, append] of batch.entries())
          append.resolve(refusedFull(append, results[i] as AppendResult[], this.#marks, this.#head))
        return
      }
      for (const run of runs) this.#undurable.push(run)
      const head = this.#head + events.length
      if (runs.every(({ namespace }) => this.#opened.durability[namespace] === 'written')) {
        this.#head = head
        this.#marks = marks
        this.#syncing ??= this.#syncBehind()
      } else {
        await this.#journal.sync('commit')
        this.#head = head
        this.#marks = marks
        if (head > this.#durable) [this.#durable, this.#durableMarks] = [head, marks]
      }
      this.#reads.held.add({ firstSeq: head - events.length + 1, count: events.length, bytes })
      this.#mark()
    }
    for (const [i, { resolve }] of batch.entries()) resolve(results[i] as AppendResult[])
  }

  #mark(): void {
    try {
      this.#opened.watermark.write({ durable: this.#durable, acknowledged: this.#head })
    } catch (error) {
      // Who reads the files sees what is new once there is space again.
      if (!isDiskFull(error)) throw error
    }
  }

  /** Nobody waits for what was acknowledged when it was written; still it is durable soon. */
  async #syncBehind(): Promise<void> {
    try {
      while (this.#durable < this.#head) {
        const [through, marks] = [this.#head, this.#marks]
        await this.#journal.sync('commit')
        if (through > this.#durable) [this.#durable, this.#durableMarks] = [through, marks]
        this.#follow()
      }
    } catch (error) {
      await this.#fail(error as Error, [])
    } finally {
      this.#syncing = null
    }
  }

  /** Topic files get what is durable. */
  #follow(): void {
    if (this.#end?.cause !== undefined) return
    const { topicFiles, segmentBytes } = this.#opened
    while ((this.#undurable[0]?.firstSeq ?? Infinity) <= this.#durable)
      topicFiles.add(this.#undurable.shift() as TopicRun)
    if (topicFiles.pendingBytes < Math.min(topicBytesWaiting, segmentBytes >> 1)) return
    topicFiles.flush()
    if (topicFiles.unsyncedBytes >= Math.min(topicBytesUnsynced, segmentBytes)) this.#later(() => topicFiles.sync())
  }

  /** Topic files that cannot be written leave what is theirs in memory; that has an end. */
  #hasRoom(): boolean {
    const { topicFiles, segmentBytes } = this.#opened
    return topicFiles.pendingBytes < 4 * segmentBytes + topicBytesWaiting || topicFiles.flush()
  }

  async #rotate(): Promise<void> {
    // The name of a segment says that all before it is durable.
    while (this.#syncing !== null) await this.#syncing
    if (this.#end !== null && this.#end.cause !== undefined) throw this.#end
    if (!this.#journal.rotate(this.#head + 1)) return
    this.#later(() => this.#save())
  }

  /** What topic files and checkpoints need of the disk, one after the other. */
  #later(work: () => Promise<void>): void {
    this.#checkpoint = this.#checkpoint.then(work).catch((error: Error) => this.#fail(error, []))
  }

  async #save(): Promise<void> {
    const { disk, folder, topicFiles } = this.#opened
    if (this.#end?.cause !== undefined) return
    this.#follow()
    const through = this.#durable
    if (!(await freeJournal(disk, folder, topicFiles, { through, marks: this.#durableMarks }))) return
    this.#packing = this.#packing.then(() => this.#pack(through))
  }

  /** In the background, and not at all when there is no room for it. */
  async #pack(through: number): Promise<void> {
    const { disk, folder, today } = this.#opened
    const isWanted = () => this.#end === null
    const oldestOpen = () => this.#reads.oldestOpen()
    try {
      await tidySegments(disk, folder, { ...this.#opened, through, today: today(), oldestOpen, isWanted })
    } catch (error) {
      if (!isDiskFull(error) && !isOutOfFiles(error)) await this.#fail(error as Error, [])
    }
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
    if (this.#end?.cause === undefined) this.#journal.close()
    else this.#journal.abandon()
    this.#opened.topicFiles.close()
    this.#opened.watermark.close()
    await this.#opened.lock.release()
  }
}
