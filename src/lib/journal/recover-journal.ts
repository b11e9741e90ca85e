import { behindHoles, type Hole } from '#lib/journal/holes.ts'
import { cutTornTail, type Torn, writeSuspectTail } from '#lib/journal/journal-tail.ts'
import { LineFile } from '#lib/journal/line-file.ts'
import type { LogDisk } from '#lib/journal/log-disk.ts'
import type { Segment } from '#lib/journal/log-files.ts'
import { durableIn, followingIn } from '#lib/journal/log-line.ts'
import { damaged, repairHint } from '#lib/journal/segment-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'

export type Recovered = {
  readonly head: number
  /** Where the log goes on; null where there is no journal yet. */
  readonly end: { readonly path: string; readonly bytes: number } | null
  readonly torn: Torn | null
}

/**
 * Reads the journal to its end and gives every line of a whole group to `fold`. What is torn behind `attested`, the highest seq that is
 * known to have been durable, is copied aside and cut off; damage up to there is a UserError. What is whole, and not known to be durable, is
 * written anew.
 */
export function recoverJournal(
  disk: LogDisk,
  segments: readonly Segment[],
  { attested: known, holes }: { attested: number; holes: readonly Hole[] },
  fold: (line: string, seq: number) => void,
): Recovered {
  const first = segments[0]
  const last = segments.at(-1)
  if (first === undefined || last === undefined) return { head: known, end: null, torn: null }
  const walk = new Walk(disk, first.firstSeq - 1, Math.max(known, last.firstSeq - 1), holes)
  for (const [i, segment] of segments.entries())
    walk.read(segment.path, segments[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY, fold)
  const { attested, bytes, isTorn, suspect } = walk
  const head = walk.next - 1
  if (head < attested)
    throw new UserError(`events ${head + 1} to ${attested} are missing at its end, byte ${bytes}`, {
      file: last.path,
      hint: repairHint,
    })
  const torn = isTorn ? cutTornTail(disk, last.path, bytes) : null
  const end = { path: last.path, bytes }
  return { head, end: suspect === null ? end : writeSuspectTail(disk, end, suspect), torn }
}

type Suspect = { readonly from: number; readonly seq: number }

class Walk {
  readonly #disk: LogDisk
  readonly #holes: readonly Hole[]
  #head: number
  attested: number
  /** Of the newest segment: where its last whole group ends. */
  bytes = 0
  /** Something that is no whole group follows there. */
  isTorn = false
  /** From there on nobody knows whether the disk has it, or only the memory of a kernel whose disk failed. */
  suspect: Suspect | null = null

  constructor(disk: LogDisk, head: number, attested: number, holes: readonly Hole[]) {
    this.#disk = disk
    this.#head = head
    this.attested = attested
    this.#holes = holes
  }

  /** The seq of the event that would be next. */
  get next(): number {
    return behindHoles(this.#holes, this.#head + 1)
  }

  read(path: string, end: number, fold: (line: string, seq: number) => void): void {
    const file = new LineFile(this.#disk, path)
    this.bytes = 0
    this.isTorn = false
    let expected = this.next
    let last = this.#head
    let group: { readonly line: string; readonly seq: number }[] = []
    let groupAt = 0
    while (file.next()) {
      // What the next segment begins with is there in its place.
      if (file.isIntact ? file.seq >= end : expected >= end) break
      // What is in a hole may be there again, out of a copy.
      if (!file.isIntact || file.seq > expected || file.seq <= last) {
        const broken = damaged(file, expected)
        while (file.next()) if (file.isIntact) this.#attest(durableIn(file.line))
        if (this.next <= this.attested) throw broken
        this.isTorn = true
        break
      }
      const { line, seq } = file
      if (group.length === 0) groupAt = file.offset
      group.push({ line, seq })
      last = seq
      expected = behindHoles(this.#holes, seq + 1)
      this.#attest(durableIn(line))
      // What is missing of a group in a hole was acknowledged, and will not come.
      if (followingIn(line) > 0 && expected === seq + 1) continue
      for (const one of group) fold(one.line, one.seq)
      if (seq > this.attested) this.suspect ??= { from: groupAt, seq: group[0]?.seq ?? seq }
      this.#head = seq
      this.bytes = file.endOffset
      group = []
    }
    file.close()
    if (group.length > 0) this.isTorn = true
  }

  #attest(durable: number): void {
    this.attested = Math.max(this.attested, durable)
    if (this.suspect !== null && this.suspect.seq <= this.attested) this.suspect = null
  }
}
