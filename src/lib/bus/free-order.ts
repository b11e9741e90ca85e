import type { Committer, Group } from './committer.ts'
import type { AppendResult } from './log-port.ts'

/** A group that waits for its place, and who wants to hear of it. */
export type Waiting = { readonly group: Group; readonly done: (result: AppendResult) => void }

const batchGroups = 4_096

/** Events in the order in which they arrive: whatever came while a commit was under way is the next one. */
export class FreeOrder {
  readonly #committer: Committer
  readonly #fail: (error: unknown) => void
  #waiting: Waiting[] = []
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
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, batchGroups)
        const results = await this.#committer.append(batch.map(({ group }) => group))
        batch.forEach(({ done }, i) => void done(results[i] as AppendResult))
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isCommitting = false
    }
  }
}
