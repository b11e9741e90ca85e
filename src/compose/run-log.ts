import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bodyOf, contentOf } from '#lib/codec/event-text.ts'
import { segmentName } from '#lib/journal/log-files.ts'
import { lineOf } from '#lib/journal/log-line.ts'
import { namespaceOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

const bufferBytes = 1 << 20
const hashCharacters = 1 << 16

/** The log of a run that no crash needs to survive: the same files as a live one's, without a journal. Its hash is over every content. */
export class RunLog {
  readonly #folder: string
  readonly #date: string
  readonly #files = new Map<string, { readonly fd: number; readonly buffer: Buffer; used: number }>()
  readonly #hash = createHash('sha256')
  #unhashed = ''
  #events = 0

  /** `date` names the folder of the files, `2026-11-24`. Throws when the folder holds a log already. */
  constructor(folder: string, date: string) {
    this.#folder = folder
    this.#date = date
  }

  get events(): number {
    return this.#events
  }

  append(event: Event): void {
    const content = contentOf(event.seq, bodyOf(event))
    this.#unhashed += content
    this.#unhashed += '\n'
    if (this.#unhashed.length > hashCharacters) this.#hashNow()
    const file = this.#fileOf(namespaceOf(event.topic), event.seq)
    const line = lineOf(content, 0)
    if (file.used + line.length * 3 + 1 > bufferBytes) this.#write(file)
    file.used += file.buffer.write(line, file.used)
    file.buffer[file.used++] = 10
    this.#events++
  }

  /** Makes everything durable; answers the content hash: SHA-256 over the content of every event, a line each, in hex. */
  close(): string {
    this.#hashNow()
    for (const file of this.#files.values()) {
      this.#write(file)
      fdatasyncSync(file.fd)
      closeSync(file.fd)
    }
    return this.#hash.digest('hex')
  }

  #hashNow(): void {
    this.#hash.update(this.#unhashed)
    this.#unhashed = ''
  }

  #write(file: { readonly fd: number; readonly buffer: Buffer; used: number }): void {
    for (let done = 0; done < file.used; ) done += writeSync(file.fd, file.buffer, done, file.used - done)
    file.used = 0
  }

  #fileOf(namespace: string, firstSeq: number) {
    const known = this.#files.get(namespace)
    if (known) return known
    const folder = join(this.#folder, namespace, this.#date)
    mkdirSync(folder, { recursive: true })
    const fd = openSync(join(folder, segmentName(firstSeq)), 'wx')
    const file = { fd, buffer: Buffer.allocUnsafe(bufferBytes + 65_536), used: 0 }
    this.#files.set(namespace, file)
    return file
  }
}
