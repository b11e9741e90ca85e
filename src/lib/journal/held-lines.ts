import type { ReadRequest, ReadResult } from '#lib/bus/log-port.ts'
import { openLineSealed, topicIn } from '#lib/journal/log-line.ts'
import { topicPattern } from '#lib/journal/topic-pattern.ts'

/** So much is looked through in one read, whatever is found: appends wait meanwhile. */
export const scannedMost = 512 << 10
const eventsHeld = 65_536
const bytesHeld = 64 << 20
const chunkBytes = 1 << 20

type Commit = { readonly firstSeq: number; readonly count: number; readonly bytes: Buffer }

/** The newest commits of a log, as the bytes that are in its journal: out of the heap, which would copy them about. */
export class HeldLines {
  #firstSeq: number
  #commits: Commit[] = []
  #events = 0
  #bytes = 0
  #chunk = Buffer.alloc(0)
  #used = 0

  constructor(head: number) {
    this.#firstSeq = head + 1
  }

  /** From there on all is held. */
  get firstSeq(): number {
    return this.#firstSeq
  }

  /** A place for so many bytes, where many lie: for those of the commit that is added next. */
  room(size: number): Buffer {
    if (this.#used + size > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(size, chunkBytes))
      this.#used = 0
    }
    return this.#chunk.subarray(this.#used)
  }

  /** Takes lines that have become readable, each with its line end. */
  add(commit: Commit): void {
    this.#used += commit.bytes.length
    this.#commits.push(commit)
    this.#events += commit.count
    this.#bytes += commit.bytes.length
    if (this.#events > eventsHeld || this.#bytes > bytesHeld) this.#forget()
  }

  read({ from, maxBytes, topics }: ReadRequest): ReadResult {
    const wanted = topicPattern(topics)
    const lines: string[] = []
    let [size, scanned, to] = [0, 0, from - 1]
    for (let i = this.#commitWith(from); i < this.#commits.length && scanned < scannedMost; i++) {
      const { firstSeq, count, bytes } = this.#commits[i] as Commit
      const texts = bytes.toString().split('\n')
      for (let n = Math.max(0, from - firstSeq); n < count; n++) {
        const line = texts[n] as string
        if (wanted === null || wanted.matches(topicIn(line))) {
          size += line.length
          if (lines.length > 0 && size > maxBytes) return { from, to, lines }
          lines.push(openLineSealed(line))
        }
        to = firstSeq + n
      }
      scanned += bytes.length
    }
    return { from, to, lines }
  }

  /** The place of the commit that has it; their number where none does. */
  #commitWith(seq: number): number {
    let [low, high] = [0, this.#commits.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const { firstSeq, count } = this.#commits[middle] as Commit
      if (firstSeq + count <= seq) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The older half goes. */
  #forget(): void {
    const gone = this.#commits.splice(0, this.#commits.length >> 1)
    for (const { count, bytes } of gone) {
      this.#events -= count
      this.#bytes -= bytes.length
      this.#firstSeq += count
    }
  }
}
