import { join } from 'node:path'
import type { Position } from '#lib/journal/checkpoint.ts'
import type { TopicRun } from '#lib/journal/commit-lines.ts'
import { isDiskFull, isOutOfFiles, type LogDisk, type LogFile } from '#lib/journal/log-disk.ts'
import { segmentName } from '#lib/journal/log-files.ts'
import { newFile } from '#lib/journal/new-file.ts'
import type { TopicFileEnd } from '#lib/journal/recover-topic-files.ts'
import { chainStart, footerLine, SegmentTally } from '#lib/journal/segment-footer.ts'

type Open = {
  readonly path: string
  readonly date: string
  readonly file: LogFile
  readonly tally: SegmentTally
  isDirty: boolean
}
type Namespace = { open: Open | null; chain: string; newest: Position | null; pending: TopicRun[] }

/** The log by topic: files by namespace and date of writing, which follow the journal. A file that is full is sealed with a footer. */
export class TopicFiles {
  readonly #folder: string
  readonly #disk: LogDisk
  readonly #segmentBytes: number
  readonly #today: () => string
  readonly #namespaces = new Map<string, Namespace>()
  #sealed: Open[] = []
  #pendingBytes = 0
  #unsyncedBytes = 0

  constructor(folder: string, disk: LogDisk, segmentBytes: number, today: () => string) {
    this.#folder = folder
    this.#disk = disk
    this.#segmentBytes = segmentBytes
    this.#today = today
  }

  /** Goes on where a namespace ends. */
  goOn(namespace: string, { chain, newest, open }: TopicFileEnd): void {
    const known: Namespace = { open: null, chain, newest, pending: [] }
    this.#namespaces.set(namespace, known)
    if (open === null) return
    const { path, tally } = open
    const date = path.split('/')[1] as string
    known.open = { path, date, file: this.#disk.open(join(this.#folder, path)), tally, isDirty: true }
  }

  /** Bytes that are not in the files yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Bytes that were written since the newest sync began. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes
  }

  add(run: TopicRun): void {
    const namespace = this.#namespaces.get(run.namespace) ?? {
      open: null,
      chain: chainStart,
      newest: null,
      pending: [],
    }
    this.#namespaces.set(run.namespace, namespace)
    namespace.pending.push(run)
    this.#pendingBytes += run.bytes.length
  }

  /** Writes what is pending; without space, or files that may be opened, some of it stays pending. False when it does. */
  flush(): boolean {
    let isDone = true
    for (const [name, namespace] of this.#namespaces) {
      if (namespace.pending.length === 0) continue
      if (this.#write(name, namespace)) namespace.pending = []
      else isDone = false
    }
    if (isDone) this.#pendingBytes = 0
    return isDone
  }

  /** What is in the files now; to be synced before it counts. */
  positions(): Record<string, Position> {
    const positions: Record<string, Position> = {}
    for (const [name, { newest }] of this.#namespaces) if (newest !== null) positions[name] = newest
    return positions
  }

  async sync(): Promise<void> {
    this.#unsyncedBytes = 0
    const sealed = this.#sealed.splice(0)
    const dirty = [...this.#namespaces.values()].flatMap(({ open }) => (open?.isDirty === true ? [open] : []))
    for (const open of [...sealed, ...dirty]) {
      open.isDirty = false
      await open.file.sync('topic.file')
    }
    for (const { file } of sealed) file.close()
  }

  close(): void {
    for (const { open } of this.#namespaces.values()) open?.file.close()
    for (const { file } of this.#sealed) file.close()
    this.#namespaces.clear()
  }

  #write(name: string, namespace: Namespace): boolean {
    const [first, ...rest] = namespace.pending.map(({ bytes }) => bytes) as [Buffer, ...Buffer[]]
    const bytes = rest.length === 0 ? first : Buffer.concat([first, ...rest])
    let open: Open | null = null
    try {
      open = this.#openFor(name, namespace)
      open.file.write(bytes, open.tally.bytes)
    } catch (error) {
      if (!isDiskFull(error) && !isOutOfFiles(error)) throw error
      // A footer that did not fit, too: it is written again in its place.
      const torn = open ?? namespace.open
      torn?.file.truncate(torn.tally.bytes)
      return false
    }
    for (const { firstSeq, topics, ats } of namespace.pending)
      for (let i = 0; i < topics.length; i++) open.tally.count(firstSeq + i, topics[i] as string, ats[i] as number)
    open.tally.hash(bytes)
    open.isDirty = true
    namespace.newest = { path: open.path, bytes: open.tally.bytes, chain: namespace.chain }
    this.#unsyncedBytes += bytes.length
    return true
  }

  #openFor(name: string, namespace: Namespace): Open {
    const date = this.#today()
    const before = namespace.open
    if (before !== null && before.date === date && before.tally.bytes < this.#segmentBytes) return before
    if (before !== null && before.tally.bytes > 0) this.#seal(before, namespace)
    else if (before !== null) this.#drop(before, namespace)
    const path = join(name, date, segmentName(namespace.pending[0]?.firstSeq as number))
    const file = newFile(this.#disk, join(this.#folder, path), 'topic.folder')
    namespace.open = { path, date, file, tally: new SegmentTally(), isDirty: true }
    return namespace.open
  }

  /** One in which nothing could be written is none. */
  #drop(open: Open, namespace: Namespace): void {
    open.file.close()
    this.#disk.remove(join(this.#folder, open.path))
    namespace.open = null
  }

  #seal(open: Open, namespace: Namespace): void {
    const footer = open.tally.footer(namespace.chain)
    open.file.write(Buffer.from(footerLine(footer)), open.tally.bytes)
    namespace.chain = footer.chain
    namespace.open = null
    this.#sealed.push(open)
  }
}
