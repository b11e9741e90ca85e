import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#lib/files/make-folder.ts'
import type { LogDisk, LogFile } from '#lib/journal/log-disk.ts'
import { crcBytes, withCrc } from '#lib/journal/log-line.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { factId, parseEventId } from '#lib/kernel/event-id.ts'

/** A fact as it is said: its id, and its canonical text without the seq. */
export type Kept = { readonly id: string; readonly body: string }

export type OutboxDisk = Pick<LogDisk, 'list' | 'create'>

/** When more than that is not acknowledged, an edge learns nothing more. */
export const keptBytesMost = 128 << 20
const fileBytes = 1 << 20
const nameOfFile = /^(\d{16})\.(\d{16})\.jsonl$/
/** A fact that the router refused. */
const nameOfRefused = /^(\d{16})\.(\d{16})\.refused$/

/**
 * What an edge has said and the log has not acknowledged, in files of a folder: written, not synced, so that it outlives its process. A line is an event with
 * the crc of what is before it; a file is named by the epoch and number of its first fact, and goes when all of it is acknowledged.
 */
export class OutboxFiles {
  readonly #folder: string
  readonly #disk: OutboxDisk
  readonly #left: string[]
  /** Names of what was refused. */
  readonly #refused: Set<string>
  readonly #files: { readonly path: string; readonly file: LogFile; through: number; bytes: number }[] = []
  #damaged = 0
  #kept = 0
  #bytes = 0

  constructor(folder: string, disk: OutboxDisk = realDisk) {
    this.#folder = folder
    this.#disk = disk
    makeFolder(folder)
    const names = disk.list(folder).map(({ name }) => name)
    const left = names.filter((name) => nameOfFile.test(name))
    this.#left = left.sort().map((name) => join(folder, name))
    this.#refused = new Set(names.filter((name) => nameOfRefused.test(name)))
  }

  /** Bytes of files that are not acknowledged to their end. */
  get bytes(): number {
    return this.#bytes
  }

  /** Lines of what was left that are not as they were written. */
  get damaged(): number {
    return this.#damaged
  }

  /** The last epoch of which something was refused, or 0. */
  get refusedEpoch(): number {
    return Math.max(0, ...[...this.#refused].map((name) => Number(nameOfRefused.exec(name)?.[1])))
  }

  /**
   * What processes before this one left, oldest first. A torn end was never said; any other line that is damaged is lost, and counted. What is behind one that
   * was refused is numbered from 0 in the epoch after it, at every start the same.
   */
  *left(): Generator<Kept> {
    this.#damaged = 0
    let place: { readonly epoch: number; n: number } | null = null
    for (const path of this.#left)
      for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
        const body = `${line.slice(0, -crcBytes)}}`
        if (withCrc(body.slice(0, -1)) !== line) {
          this.#damaged++
          continue
        }
        const { id } = JSON.parse(body) as Kept
        const placed: string = place === null ? id : factId(parseEventId(id).source, place.epoch, place.n++)
        if (this.#refused.has(`${placeOf(placed)}.refused`)) place = { epoch: parseEventId(placed).major + 1, n: 0 }
        else yield { id: placed, body: placed === id ? body : body.replace(`"id":"${id}"`, `"id":"${placed}"`) }
      }
  }

  /** Writes down that this one is never to be said again. */
  refuse({ id, body }: Kept): void {
    const path = join(this.#folder, `${placeOf(id)}.refused`)
    writeFileSync(`${path}.part`, `${withCrc(body.slice(0, -1))}\n`)
    renameSync(`${path}.part`, path)
  }

  /** What they left is in the log, or, where it can follow nothing there, kept aside, as what was refused is. The newest goes first: what is behind something refused is not without it. */
  forgetLeft(isAllSaid: boolean): void {
    for (; this.#left.length > 0; this.#left.pop()) {
      const path = this.#left.at(-1) as string
      if (isAllSaid) rmSync(path, { force: true })
      else renameSync(path, `${path}.unsaid`)
    }
    for (const name of this.#refused) {
      renameSync(join(this.#folder, name), join(this.#folder, `${name}.unsaid`))
      this.#refused.delete(name)
    }
  }

  /** Writes down what is about to be said: all of it, or, where it throws, nothing. */
  keep(facts: readonly Kept[]): void {
    const [first] = facts
    if (first === undefined) return
    let newest = this.#files.at(-1)
    if (newest === undefined || newest.bytes >= fileBytes) newest = this.#next(first.id)
    const bytes = Buffer.from(facts.map(({ body }) => `${withCrc(body.slice(0, -1))}\n`).join(''))
    try {
      newest.file.write(bytes, newest.bytes)
    } catch (error) {
      // A part of a line would be damage as soon as something is behind it.
      newest.file.truncate(newest.bytes)
      throw error
    }
    this.#kept += facts.length
    newest.through = this.#kept
    newest.bytes += bytes.length
    this.#bytes += bytes.length
  }

  /** All that was kept is acknowledged but for so many. */
  settle(waiting: number): void {
    const settled = this.#kept - waiting
    while (this.#files.length > 1 && (this.#files[0]?.through ?? 0) <= settled) this.#drop()
  }

  /** Takes nothing more; what is not acknowledged stays for the next process. */
  close(waiting: number): void {
    this.settle(waiting)
    if (waiting === 0 && this.#files.length > 0) this.#drop()
    for (const { file } of this.#files.splice(0)) file.close()
  }

  #next(id: string) {
    const path = join(this.#folder, `${placeOf(id)}.jsonl`)
    const next = { path, file: this.#disk.create(path), through: this.#kept, bytes: 0 }
    this.#files.push(next)
    return next
  }

  #drop(): void {
    const oldest = this.#files.shift()
    if (oldest === undefined) return
    oldest.file.close()
    // Of a process that was held for dead the next one has taken it away.
    rmSync(oldest.path, { force: true })
    this.#bytes -= oldest.bytes
  }
}

/** Epoch and number, so that names sort as facts do. */
function placeOf(id: string): string {
  const { major, n } = parseEventId(id)
  return [major, n].map((part) => String(part).padStart(16, '0')).join('.')
}
