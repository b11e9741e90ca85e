import { LineFile } from '#lib/journal/line-file.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { durableIn } from '#lib/journal/log-line.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The error for a line that was acknowledged and is no longer what it was. */
export const damaged = (file: LineFile, seq: number): UserError =>
  new UserError(`event ${seq} is damaged, at byte ${file.offset}`, { file: file.path, line: file.lineNumber })

/** The lines of a list of files from a seq on, as one. */
export class SegmentLines {
  readonly #segments: readonly Segment[]
  readonly #isJournal: boolean
  readonly #before: number
  #next: number
  #file: LineFile | null = null
  #lastSeq = 0

  /** Stops in front of seq `before`. A journal may end in a torn line; other files may not. */
  constructor(
    segments: readonly Segment[],
    { from, before, isJournal }: { from: number; before: number; isJournal: boolean },
  ) {
    this.#segments = segments
    this.#isJournal = isJournal
    this.#before = before
    this.#next = Math.max(
      0,
      segments.findLastIndex(({ firstSeq }) => firstSeq <= from),
    )
    while (this.advance() && this.seq < from);
  }

  /** Of the line it stands at. */
  get seq(): number {
    return (this.#file as LineFile).seq
  }
  get line(): string {
    return (this.#file as LineFile).line
  }
  get path(): string {
    return (this.#file as LineFile).path
  }
  /** Does it stand at a line? */
  get isOpen(): boolean {
    return this.#file !== null
  }

  /** Goes to the next line; false at the end, and then it is closed. */
  advance(): boolean {
    for (;;) {
      if (this.#file === null) {
        const segment = this.#segments[this.#next]
        if (segment === undefined || segment.firstSeq >= this.#before) return false
        this.#next++
        this.#file = new LineFile(segment.path)
      }
      if (!this.#file.next()) {
        this.#file = null
        continue
      }
      const { seq, isIntact } = this.#file
      if (isIntact && seq < this.#before && seq > this.#lastSeq) {
        this.#lastSeq = seq
        return true
      }
      if (!isIntact || seq <= this.#lastSeq) this.#refuseDamage(this.#file)
      this.close()
      this.#next = this.#segments.length
      return false
    }
  }

  close(): void {
    this.#file?.close()
    this.#file = null
  }

  /** A line that is being written, or was torn when its writer died, is no damage: nobody was told of it. */
  #refuseDamage(file: LineFile): void {
    const seq = this.#isJournal ? this.#lastSeq + 1 : Math.max(file.seq, this.#lastSeq + 1)
    const broken = damaged(file, seq)
    if (!this.#isJournal) {
      // What is in the journal as well is in a topic file for convenience; its tail may be torn.
      const isTail = this.#before !== Number.POSITIVE_INFINITY && !hasIntactLineBefore(file, this.#before)
      if (isTail) return
      throw broken
    }
    let attested = (this.#segments.at(-1)?.firstSeq ?? 1) - 1
    while (file.next()) if (file.isIntact) attested = Math.max(attested, durableIn(file.line))
    if (attested >= seq) throw broken
  }
}

function hasIntactLineBefore(file: LineFile, before: number): boolean {
  while (file.next()) if (file.isIntact && file.seq < before) return true
  return false
}
