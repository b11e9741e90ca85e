import { behindHoles, type Hole } from '#lib/journal/holes.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import { isChained, readFooter, type SegmentFooter } from '#lib/journal/segment-footer.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export const repairHint = 'trader log repair puts what is damaged into quarantine, and says what is lost'

/** The error for a line that was acknowledged and is no longer what it was. */
export const damaged = (file: LineFile, seq: number): UserError =>
  new UserError(`event ${seq} is damaged, at byte ${file.offset}`, {
    file: file.path,
    line: file.lineNumber > 0 ? file.lineNumber : undefined,
    hint: repairHint,
  })

type Range = {
  readonly from: number
  /** Stops in front of that seq. In a journal all before it was acknowledged: what is behind may be torn, or half written. */
  readonly before: number
  /** What is known to be lost. */
  readonly holes: readonly Hole[]
  /** Of a namespace: all its segments. The newest may end in a torn line; what another segment follows may not. */
  readonly sealed: readonly Segment[] | null
}

/** The lines of a list of files from a seq on, as one. */
export class SegmentLines {
  readonly #disk: ReadDisk
  readonly #segments: readonly Segment[]
  readonly #range: Range
  #next: number
  #file: LineFile | null = null
  #lastSeq = 0
  /** Of the segment before, where that was read to its end. */
  #footer: { readonly segment: Segment; readonly footer: SegmentFooter } | null = null

  constructor(disk: ReadDisk, segments: readonly Segment[], range: Range) {
    this.#disk = disk
    this.#segments = segments
    this.#range = range
    this.#next = Math.max(
      0,
      segments.findLastIndex(({ firstSeq }) => firstSeq <= range.from),
    )
    while (this.advance() && this.seq < range.from);
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
      if (this.#file === null && !this.#openNext()) return false
      const file = this.#file as LineFile
      // What the next segment begins with is there in its place.
      const end = Math.min(this.#range.before, this.#segments[this.#next]?.firstSeq ?? Number.POSITIVE_INFINITY)
      if (!this.#toNext(file)) {
        this.#file = null
        this.#checkEnd(file)
      } else if (file.isIntact && file.seq < end && file.seq > this.#lastSeq) {
        this.#lastSeq = file.seq
        return true
      } else if (this.#expected >= end || (file.isIntact && file.seq >= end)) this.close()
      else {
        this.#refuseDamage(file)
        this.close()
        this.#next = this.#segments.length
      }
    }
  }

  close(): void {
    this.#file?.close()
    this.#file = null
  }

  #toNext(file: LineFile): boolean {
    try {
      return file.next()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      const seq = Math.max(this.#segment.firstSeq, this.#lastSeq + 1)
      throw new UserError(`event ${seq} ${error.message}`, { file: file.path, hint: repairHint })
    }
  }

  /** The seq that is next in a journal, 0 of a namespace. */
  get #expected(): number {
    if (this.#range.sealed !== null) return 0
    return behindHoles(this.#range.holes, this.#lastSeq === 0 ? this.#segment.firstSeq : this.#lastSeq + 1)
  }

  #openNext(): boolean {
    const segment = this.#segments[this.#next]
    const { before, from } = this.#range
    if (segment === undefined || segment.firstSeq >= before) return false
    this.#checkChain(segment)
    this.#next++
    this.#file = new LineFile(this.#disk, segment.path)
    if (segment.firstSeq < from) this.#file.seekTo(from)
    return true
  }

  #refuseDamage(file: LineFile): void {
    const { sealed, before } = this.#range
    if (sealed === null) throw damaged(file, this.#expected)
    const broken = damaged(file, Math.max(file.seq, this.#lastSeq + 1))
    // What is in the journal as well is in a topic file for convenience; its tail may be torn.
    const isTail = before !== Number.POSITIVE_INFINITY && !this.#isFollowed && !(file.seq > 0 && file.seq < before)
    if (!isTail || hasIntactLineBefore(file, before)) throw broken
  }

  get #segment(): Segment {
    return this.#segments[this.#next - 1] as Segment
  }

  /** Is there a segment behind it with something that only topic files have? Then this one was sealed, and durable, before that. */
  get #isFollowed(): boolean {
    const next = this.#behind(this.#segment)
    return next !== undefined && next.firstSeq < this.#range.before
  }

  #behind(segment: Segment): Segment | undefined {
    const { sealed } = this.#range
    return sealed?.[sealed.indexOf(segment) + 1]
  }

  /** A segment that is followed was sealed: without the footer of what it has it has lost its end. [J15] */
  #checkEnd({ path, footer: line }: LineFile): void {
    if (!this.#isFollowed) return
    const footer = line === null ? null : readFooter(line)
    if (footer === null || (this.#lastSeq > 0 && footer.lastSeq > this.#lastSeq))
      throw new UserError('does not end as it was sealed: events are missing', { file: path, hint: repairHint })
    this.#footer = { segment: this.#segment, footer }
  }

  /** A sealed segment is chained to the one before it: where it is not, one between them is gone. [J15] */
  #checkChain(segment: Segment): void {
    const before = this.#footer
    if (before === null || this.#behind(before.segment) !== segment) return
    const { footer } = endOf(this.#disk, segment.path)
    if (footer === null || isChained(before.footer, footer)) return
    const isKnown = this.#range.holes.some(({ from, to }) => from < segment.firstSeq && to > before.footer.lastSeq)
    if (!isKnown)
      throw new UserError('does not follow the segment before it: events are missing', {
        file: segment.path,
        hint: repairHint,
      })
  }
}

function hasIntactLineBefore(file: LineFile, before: number): boolean {
  while (file.next()) if (file.isIntact && file.seq < before) return true
  return false
}
