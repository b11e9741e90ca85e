import { behindHoles, type Hole } from '#lib/journal/holes.ts'
import type { Segment } from '#lib/journal/log-files.ts'

/** Events that are not in a journal, though some in front of them are; and where they would be. */
export type JournalGap = { readonly from: number; readonly to: number; readonly file: string; readonly offset: number }

/** Finds what is not in a journal as it is read: from its first event on all have to be, but those in holes. */
export class JournalGaps {
  readonly #holes: readonly Hole[]
  readonly #gaps: JournalGap[] = []
  #next = 0
  #place = { file: '', offset: 0 }

  constructor(holes: readonly Hole[]) {
    this.#holes = holes
  }

  segment({ path, firstSeq }: Segment): void {
    if (this.#next === 0) this.#next = behindHoles(this.#holes, firstSeq)
    else this.#expect(firstSeq)
    this.#place = { file: path, offset: 0 }
  }

  event(seq: number, endOffset: number): void {
    this.#expect(seq)
    this.#next = behindHoles(this.#holes, Math.max(this.#next, seq + 1))
    this.#place = { ...this.#place, offset: endOffset }
  }

  upTo(head: number): readonly JournalGap[] {
    if (this.#next > 0) this.#expect(head + 1)
    return this.#gaps
  }

  #expect(seq: number): void {
    if (seq <= this.#next) return
    this.#gaps.push({ from: this.#next, to: seq - 1, ...this.#place })
    this.#next = behindHoles(this.#holes, seq)
  }
}
