import { join } from 'node:path'
import { isDiskFull, type LogDisk, type LogFile } from '#lib/journal/log-disk.ts'
import { segmentName } from '#lib/journal/log-files.ts'
import { namespaceOf } from '#schemas/catalogue.ts'

export type TopicLine = { readonly seq: number; readonly topic: string; readonly line: string }
export type Position = { readonly path: string; readonly bytes: number }

type Open = { readonly path: string; readonly date: string; readonly file: LogFile; bytes: number; isDirty: boolean }
type Namespace = { open: Open | null; pending: TopicLine[] }

/** The log by topic: files by namespace and date of writing, which follow the journal. */
export class TopicFiles {
  readonly #folder: string
  readonly #disk: LogDisk
  readonly #segmentBytes: number
  readonly #today: () => string
  readonly #namespaces = new Map<string, Namespace>()
  #full: Open[] = []
  #pendingBytes = 0

  constructor(folder: string, disk: LogDisk, segmentBytes: number, today: () => string) {
    this.#folder = folder
    this.#disk = disk
    this.#segmentBytes = segmentBytes
    this.#today = today
  }

  /** Goes on in a file that there is, behind its bytes. */
  goOn(namespace: string, { path, bytes }: Position): void {
    const file = this.#disk.open(join(this.#folder, path))
    const date = path.split('/')[1] as string
    this.#namespaces.set(namespace, { open: { path, date, file, bytes, isDirty: true }, pending: [] })
  }

  /** Bytes that are not in the files yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  add(line: TopicLine): void {
    const name = namespaceOf(line.topic)
    const namespace = this.#namespaces.get(name) ?? { open: null, pending: [] }
    this.#namespaces.set(name, namespace)
    namespace.pending.push(line)
    this.#pendingBytes += line.line.length
  }

  /** Writes what is pending; on a full disk some of it stays pending. False when it does. */
  flush(): boolean {
    this.#pendingBytes = 0
    let isDone = true
    for (const [name, namespace] of this.#namespaces) {
      if (namespace.pending.length === 0) continue
      if (this.#write(name, namespace)) namespace.pending = []
      else isDone = false
    }
    return isDone
  }

  /** What is in the files now; to be synced before it counts. */
  positions(): Record<string, Position> {
    const positions: Record<string, Position> = {}
    for (const [name, { open }] of this.#namespaces)
      if (open !== null) positions[name] = { path: open.path, bytes: open.bytes }
    return positions
  }

  async sync(): Promise<void> {
    const full = this.#full.splice(0)
    const dirty = [...this.#namespaces.values()].flatMap(({ open }) => (open?.isDirty === true ? [open] : []))
    for (const open of [...full, ...dirty]) {
      open.isDirty = false
      await open.file.sync()
    }
    for (const { file } of full) file.close()
  }

  close(): void {
    for (const { open } of this.#namespaces.values()) open?.file.close()
    for (const { file } of this.#full) file.close()
    this.#namespaces.clear()
  }

  #write(name: string, namespace: Namespace): boolean {
    const bytes = Buffer.from(namespace.pending.map(({ line }) => line).join(''))
    try {
      const open = this.#openFor(name, namespace)
      open.file.write(bytes, open.bytes)
      open.bytes += bytes.length
      open.isDirty = true
      return true
    } catch (error) {
      if (!isDiskFull(error)) throw error
      namespace.open?.file.truncate(namespace.open.bytes)
      return false
    }
  }

  #openFor(name: string, namespace: Namespace): Open {
    const date = this.#today()
    const before = namespace.open
    if (before !== null && before.date === date && before.bytes < this.#segmentBytes) return before
    const path = join(name, date, segmentName(namespace.pending[0]?.seq as number))
    const open = { path, date, file: this.#disk.create(join(this.#folder, path)), bytes: 0, isDirty: true }
    if (before !== null) this.#full.push(before)
    namespace.open = open
    return open
  }
}
