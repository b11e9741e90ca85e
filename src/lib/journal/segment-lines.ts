import type { Position } from '#lib/journal/checkpoint.ts'
import { behindHoles, type Hole } from '#lib/journal/holes.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { endOf } from '#lib/journal/segment-ends.ts'
import {
  isChained,
  type Link,
  overlaps,
  readFooter,
  type SegmentFooter,
  type Times,
} from '#lib/journal/segment-footer.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export const repairHint = 'trader log repair puts what is damaged into quarantine, and says what is lost'

/** The error for a line that was acknowledged and is no longer what it was. */
export const damaged = (file: LineFile, seq: number): UserError =>
  new UserError(`event ${seq} is damaged, at byte ${file.offset}`, {
    file: file.path,
    line: file.lineNumber > 0 ? file.lineNumber : undefined,
    hint: repairHint,
  })

/** The error for a topic file that is not there, or shorter, while its events are nowhere else. */
export const endsEarly = (path: string, { at, lastSeq, stated }: { at: number; lastSeq: number; stated: number }) =>
  new UserError(
    `ends at byte ${at}, behind event ${lastSeq}: ${stated - at} bytes of acknowledged events are missing`,
    {
      file: path,
      hint: repairHint,
    },
  )

/** What the next segment of a namespace follows. */
type Before = Link & { readonly lastSeq: number }

/** What is known of a namespace besides its segments; the newest of them may end in a torn line, what another one follows may not. */
export type Sealed = {
  /** What its first segment follows; null where that is seen otherwise. */
  readonly start: Before | null
  /** Its newest file at the checkpoint, by its first seq. */
  readonly newest: (Position & { readonly firstSeq: number }) | null
  /** How much of the newest file then the journal has. */
  readonly bytesInJournal: () => number
  readonly times: Times | null
}

type Range = {
  readonly from: number
  /** Stops in front of that seq. In a journal all before it was acknowledged: what is behind may be torn, or half written. */
  readonly before: number
  /** What is known to be lost. */
  readonly holes: readonly Hole[]
  /** Null of the journal. */
  readonly sealed: Sealed | null
}

/** The lines of a list of files from a seq on, as one. */
export class SegmentLines {
  readonly #disk: ReadDisk
  readonly #segments: readonly Segment[]
  readonly #range: Range
  #next: number
  #file: LineFile | null = null
  #lastSeq = 0
  /** Null where it was not read to its end. */
  #before: Before | null

  constructor(disk: ReadDisk, segments: readonly Segment[], range: Range) {
    this.#disk = disk
    this.#segments = segments
    this.#range = range
    const at = segments.findLastIndex(({ firstSeq }) => firstSeq <= range.from)
    this.#next = Math.max(0, at)
    this.#before = at < 0 ? (range.sealed?.start ?? null) : null
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
    const { before, from, sealed } = this.#range
    for (;;) {
      const segment = this.#segments[this.#next]
      const footer = sealed === null ? null : this.#checkChain(segment, sealed)
      if (segment === undefined || segment.firstSeq >= before) return false
      this.#next++
      this.#before = footer
      if (footer !== null && sealed?.times && !overlaps(footer, sealed.times)) continue
      this.#before = null
      this.#file = new LineFile(this.#disk, segment.path)
      if (segment.firstSeq < from) this.#file.seekTo(from)
      return true
    }
  }

  #refuseDamage(file: LineFile): void {
    const { sealed, before } = this.#range
    if (sealed === null) throw damaged(file, this.#expected)
    const broken = damaged(file, Math.max(file.seq, this.#lastSeq + 1))
    // What is in the journal as well is in a topic file for convenience; its tail may be torn.
    const isTail = before !== Number.POSITIVE_INFINITY && !this.#isFollowed && !(file.seq > 0 && file.seq < before)
    const { offset } = file
    if (!isTail || hasIntactLineBefore(file, before)) throw broken
    this.#checkNewest(file.path, offset)
  }

  get #segment(): Segment {
    return this.#segments[this.#next - 1] as Segment
  }

  /** Is there, or was there at the checkpoint, a segment behind it with something that only topic files have? Then this one was sealed before that. */
  get #isFollowed(): boolean {
    const { before, sealed } = this.#range
    const next = this.#segments[this.#next]
    return (next !== undefined && next.firstSeq < before) || (sealed?.newest?.firstSeq ?? 0) > this.#segment.firstSeq
  }

  /** A segment that is followed was sealed: without the footer of what it has it has lost its end. [J15] */
  #checkEnd({ path, footer: line, endOffset }: LineFile): void {
    if (this.#range.sealed === null) return
    const footer = line === null ? null : readFooter(line)
    if (!this.#isFollowed) this.#checkNewest(path, endOffset)
    else if (footer === null || (this.#lastSeq > 0 && footer.lastSeq > this.#lastSeq))
      throw new UserError('does not end as it was sealed: events are missing', { file: path, hint: repairHint })
    this.#before = footer
  }

  /** What the newest file had at the checkpoint it has, or the journal. [J15] */
  #checkNewest(path: string, at: number): void {
    const { newest = null, bytesInJournal } = this.#range.sealed ?? {}
    if (newest?.firstSeq !== this.#segment.firstSeq || at >= newest.bytes) return
    const stated = newest.bytes - (bytesInJournal?.() ?? 0)
    if (at < stated) throw endsEarly(path, { at, lastSeq: this.#lastSeq, stated })
  }

  /**
   * A segment is chained to the one before it: where it is not, one between them is gone. So are those that the checkpoint knows and that are
   * not there. Gives the footer of the segment. [J15]
   */
  #checkChain(segment: Segment | undefined, { newest, times, start }: Sealed): SegmentFooter | null {
    const { before, holes } = this.#range
    const reached = this.#segments[this.#next - 1]?.firstSeq ?? start?.lastSeq ?? 0
    const found = segment?.firstSeq ?? Number.POSITIVE_INFINITY
    const isGone = newest !== null && newest.firstSeq > reached && newest.firstSeq < found
    if (isGone && newest.firstSeq < before)
      throw new UserError(`is missing, and event ${newest.firstSeq} with it`, { file: newest.path, hint: repairHint })
    const next = isGone ? newest.firstSeq : found
    // What is only in the journal for sure need not be as it will stay.
    if (next >= before && next > (newest?.firstSeq ?? 0)) return null
    const follows = this.#before
    const footer =
      segment === undefined || isGone || (follows === null && times === null) ? null : this.#footerOf(segment)
    if (follows === null) return footer
    const stated = newest?.firstSeq === next ? newest.chain : undefined
    if (footer === null ? (stated ?? follows.chain) === follows.chain : isChained(follows, footer)) return footer
    if (holes.some(({ from, to }) => from < next && to > follows.lastSeq)) return footer
    throw new UserError('does not follow the segment before it: events are missing', {
      file: isGone ? newest.path : segment?.path,
      hint: repairHint,
    })
  }

  /** Null where it has none, also where it is damaged: who reads it is told so in its place. */
  #footerOf({ path }: Segment): SegmentFooter | null {
    try {
      return endOf(this.#disk, path).footer
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return null
    }
  }
}

function hasIntactLineBefore(file: LineFile, before: number): boolean {
  while (file.next()) if (file.isIntact && file.seq < before) return true
  return false
}
