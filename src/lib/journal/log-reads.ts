import type { ReadRequest, ReadResult } from '#lib/bus/log-port.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import { HeldLines, scannedMost } from '#lib/journal/held-lines.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { openLineSealed, topicIn } from '#lib/journal/log-line.ts'
import { readRawLog } from '#lib/journal/read-log.ts'
import { firstKept, readRetained } from '#lib/journal/retained.ts'
import { type TopicPattern, topicPattern } from '#lib/journal/topic-pattern.ts'
import { userErrorLine } from '#lib/terminal/user-error.ts'

type Cursor = {
  readonly lines: ReturnType<typeof readRawLog>
  readonly to: number
  nextSeq: number
  usedMs: number
  held: string | null
  heldSeq: number
}

const cursorsHeld = 32
/** A reader that has not come back for so long has gone. */
const openMs = 60_000

/** Reads of a log that is being written: what is new from memory, what is old from files, where a reader goes on without searching. */
export class LogReads {
  readonly #folder: string
  readonly #disk: ReadDisk
  /** What is new. */
  readonly held: HeldLines
  readonly #cursors = new Map<string, Cursor>()

  constructor(folder: string, head: number, disk: ReadDisk) {
    this.#folder = folder
    this.#disk = disk
    this.held = new HeldLines(head)
  }

  read(request: ReadRequest): ReadResult {
    return request.from >= this.held.firstSeq ? this.held.read(request) : this.#readFiles(request)
  }

  /** The oldest event that somebody is about to read from the files; infinite where nobody is. */
  oldestOpen(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const [key, cursor] of this.#cursors) {
      if (performance.now() - cursor.usedMs < openMs) oldest = Math.min(oldest, cursor.nextSeq)
      else {
        cursor.lines.return(undefined)
        this.#cursors.delete(key)
      }
    }
    return oldest
  }

  close(): void {
    for (const { lines } of this.#cursors.values()) lines.return(undefined)
    this.#cursors.clear()
  }

  #readFiles({ from, maxBytes, topics }: ReadRequest): ReadResult {
    const wanted = topicPattern(topics)
    const found = { from, to: from - 1, lines: [] as string[] }
    try {
      const first = firstKept(readRetained(this.#disk, this.#folder), wanted)
      if (from < first) return { ...found, firstKept: first }
      this.#readOn(found, { from, maxBytes, topics }, wanted)
    } catch (error) {
      // Who reads what is damaged is refused, and nobody else; what is whole in front of it is given before. [J11]
      const damage = userErrorLine(unreadable(this.#folder, error))
      if (found.to < from) return { ...found, damage }
    }
    return found
  }

  #readOn(
    found: { from: number; to: number; lines: string[] },
    { from, maxBytes, topics }: ReadRequest,
    wanted: TopicPattern | null,
  ): void {
    const keyOf = (seq: number) => JSON.stringify([seq, topics ?? null])
    const cursor = this.#cursors.get(keyOf(from)) ?? this.#cursorAt(from, topics)
    this.#cursors.delete(keyOf(from))
    let bytes = 0
    let scanned = 0
    for (;;) {
      if (cursor.held === null) {
        if (scanned > scannedMost) break
        const next = cursor.lines.next()
        if (next.done === true) {
          found.to = cursor.to
          return
        }
        const { line, seq } = next.value
        scanned += line.length
        if (wanted !== null && !wanted.matches(topicIn(line))) {
          found.to = seq
          continue
        }
        cursor.held = openLineSealed(line)
        cursor.heldSeq = seq
      }
      bytes += cursor.held.length + 1
      if (found.lines.length > 0 && bytes > maxBytes) break
      found.lines.push(cursor.held)
      found.to = cursor.heldSeq
      cursor.held = null
    }
    cursor.nextSeq = found.to + 1
    cursor.usedMs = performance.now()
    this.#keep(keyOf(found.to + 1), cursor)
  }

  #cursorAt(from: number, topics: readonly string[] | undefined): Cursor {
    const to = this.held.firstSeq - 1
    return {
      lines: readRawLog(this.#folder, { from, to, topics, isScan: true, disk: this.#disk, acknowledged: to }),
      to,
      nextSeq: from,
      usedMs: performance.now(),
      held: null,
      heldSeq: 0,
    }
  }

  #keep(key: string, cursor: Cursor): void {
    this.#cursors.get(key)?.lines.return(undefined)
    this.#cursors.set(key, cursor)
    const [oldest] = this.#cursors.keys()
    if (this.#cursors.size <= cursorsHeld || oldest === undefined) return
    this.#cursors.get(oldest)?.lines.return(undefined)
    this.#cursors.delete(oldest)
  }
}
