import { contentOf } from '#lib/codec/event-text.ts'
import type { AppendResult, LogPort } from './log-port.ts'
import type { Commit } from './subscriber.ts'

/** Events that are in the log together or not at all: bodies with their seals, checked. */
export type Group = {
  readonly bodies: readonly string[]
  readonly topics: readonly string[]
  /** Whose configuration each is, where it is one. */
  readonly configured: readonly (string | null)[]
}

/** Appends groups to the log and tells of what has become durable, in order. */
export class Committer {
  readonly #log: LogPort
  readonly #onCommit: (commit: Commit) => void
  #head: number
  #committed = 0

  constructor(log: LogPort, head: number, onCommit: (commit: Commit) => void) {
    this.#log = log
    this.#head = head
    this.#onCommit = onCommit
  }

  get head(): number {
    return this.#head
  }

  /** Events that became durable through this router. */
  get committed(): number {
    return this.#committed
  }

  /** One at a time: resolves when all of it is durable and told. */
  async append(groups: readonly Group[]): Promise<readonly AppendResult[]> {
    const results = await this.#log.append(groups.map(({ bodies }) => bodies))
    const lines: string[] = []
    const topics: string[] = []
    const from = this.#head + 1
    results.forEach((result, i) => {
      if (result.kind !== 'appended') return
      const { bodies, topics: said } = groups[i] as Group
      // A group of facts may be there in part: what is new is its end.
      for (let n = bodies.length - (result.to - result.from + 1); n < bodies.length; n++) {
        lines.push(contentOf(from + lines.length, bodies[n] as string))
        topics.push(said[n] as string)
      }
    })
    this.#head += lines.length
    this.#committed += lines.length
    if (lines.length > 0) this.#onCommit({ from, to: this.#head, lines, topics })
    return results
  }
}
