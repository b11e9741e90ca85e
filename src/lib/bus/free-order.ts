import type { Committer, Group } from './committer.ts'
import type { AppendResult, Run } from './log-port.ts'

/** Who was refused something: nothing that it says afterwards goes in. */
export type Speaker = { readonly isRefused: boolean }

/** Groups that wait for their place, in this order, and who wants to hear of each. */
export type Waiting = {
  readonly speaker: Speaker
  readonly groups: readonly Group[]
  readonly done: (result: AppendResult, i: number) => void
}

const batchGroups = 8_192
const batchSize = 1 << 20

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

  submit(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (!this.#isCommitting) void this.#commit()
  }

  async #commit(): Promise<void> {
    this.#isCommitting = true
    try {
      // What comes in this turn of the loop is one commit.
      await Promise.resolve()
      let tell: (() => void) | null = null
      while (tell !== null || this.#waiting.length > 0) {
        const batch = this.#takeBatch()
        const sent = batch.length === 0 ? null : this.#committer.send(groupsOf(batch), runsOf(batch))
        // The log works on this one while the last is told of.
        tell?.()
        tell = null
        if (sent === null) continue
        const appended = await sent
        let next = 0
        for (const { groups, done } of batch)
          for (let i = 0; i < groups.length; i++) done(appended.results[next++] as AppendResult, i)
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
    let count = 0
    let taken = 0
    while (taken < this.#waiting.length && count < batchGroups && size < batchSize) {
      const waiting = this.#waiting[taken++] as Waiting
      if (waiting.speaker.isRefused) continue
      batch.push(waiting)
      count += waiting.groups.length
      for (const { bodies } of waiting.groups) for (const body of bodies) size += body.length
    }
    this.#waiting.splice(0, taken)
    return batch
  }
}

const groupsOf = (batch: readonly Waiting[]): readonly Group[] =>
  batch.length === 1 ? (batch[0] as Waiting).groups : batch.flatMap(({ groups }) => groups)

function runsOf(batch: readonly Waiting[]): readonly Run[] {
  const numbers = new Map<Speaker, number>()
  return batch.map(({ speaker, groups }) => {
    const number = numbers.get(speaker) ?? numbers.size
    numbers.set(speaker, number)
    return [groups.length, number]
  })
}
