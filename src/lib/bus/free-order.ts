import type { Committer, Group } from './committer.ts'
import type { AppendResult } from './log-port.ts'

/** A group that waits for its place, and who wants to hear of it. */
export type Waiting = {
  readonly group: Group
  readonly done: (result: AppendResult) => void
  /** Whoever said it was refused something before it: it stays out. */
  readonly isOut: () => boolean
}

const batchGroups = 8_192
const batchSize = 1 << 20

/** Events in the order in which they arrive: whatever came while a commit was under way is the next one. */
export class FreeOrder {
  readonly #committer: Committer
  readonly #fail: (error: unknown) => void
  #waiting: Waiting[] = []
  #next = 0
  #isCommitting = false

  constructor(committer: Committer, fail: (error: unknown) => void) {
    this.#committer = committer
    this.#fail = fail
  }

  submit(waiting: readonly Waiting[]): void {
    for (const one of waiting) this.#waiting.push(one)
    if (!this.#isCommitting) void this.#commit()
  }

  async #commit(): Promise<void> {
    this.#isCommitting = true
    try {
      // What comes in this turn of the loop is one commit.
      await Promise.resolve()
      let tell: (() => void) | null = null
      while (tell !== null || this.#next < this.#waiting.length) {
        const batch = this.#takeBatch()
        const sent = batch.length === 0 ? null : this.#committer.send(batch.map(({ group }) => group))
        // The log works on this one while the last is told of.
        tell?.()
        tell = null
        if (sent === null) continue
        const appended = await sent
        batch.forEach(({ done }, i) => void done(appended.results[i] as AppendResult))
        tell = appended.tell
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isCommitting = false
    }
  }

  #takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    let size = 0
    while (this.#next < this.#waiting.length && batch.length < batchGroups && size < batchSize) {
      const waiting = this.#waiting[this.#next++] as Waiting
      if (waiting.isOut()) continue
      batch.push(waiting)
      for (const body of waiting.group.bodies) size += body.length
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = []
      this.#next = 0
    }
    return batch
  }
}
