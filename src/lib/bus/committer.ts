import { contentOf } from '#lib/codec/event-text.ts'
import { Commit } from './commit.ts'
import type { AppendResult, LogPort, LogState, Run } from './log-port.ts'

/** Events that are in the log together or not at all: bodies with their seals, checked. */
export type Group = {
  readonly bodies: readonly string[]
  readonly topics: readonly string[]
  /** Whose configuration each is, where it is one. */
  readonly configured: readonly (string | null)[]
}

/** What became of groups, and what others are to be told of it. */
export type Appended = { readonly results: readonly AppendResult[]; readonly tell: () => void }

/** Appends groups to the log and tells of what has become durable, in order. */
export class Committer {
  readonly #log: LogPort
  readonly #onCommit: (commit: Commit) => void
  #head: number
  #committed = 0
  #state: Promise<LogState> | null = null

  constructor(log: LogPort, head: number, onCommit: (commit: Commit) => void) {
    this.#log = log
    this.#head = head
    this.#onCommit = onCommit
  }

  /** The newest event that has been told. */
  get head(): number {
    return this.#head
  }

  /** Events that became durable through this router. */
  get committed(): number {
    return this.#committed
  }

  /** What the log says of itself, asked once for all who come between two appends: who comes thousands of times a second does not keep it from them. */
  state(): Promise<LogState> {
    this.#state ??= this.#log.state()
    return this.#state
  }

  /** One at a time, and told before the next is: resolves when all of it is durable. */
  async send(groups: readonly Group[], runs?: readonly Run[]): Promise<Appended> {
    this.#state = null
    const results = await this.#log.append(
      groups.map(({ bodies }) => bodies),
      runs,
    )
    this.#state = null
    return { results, tell: () => this.#tell(groups, results) }
  }

  async append(groups: readonly Group[]): Promise<readonly AppendResult[]> {
    const { results, tell } = await this.send(groups)
    tell()
    return results
  }

  #tell(groups: readonly Group[], results: readonly AppendResult[]): void {
    const lines: string[] = []
    const topics: string[] = []
    let from = 0
    for (let i = 0; i < results.length; i++) {
      const result = results[i] as AppendResult
      if (result.kind !== 'appended') continue
      if (from === 0) from = result.from
      const { bodies, topics: said } = groups[i] as Group
      // A group of facts may be there in part: what is new is its end.
      for (let n = bodies.length - (result.to - result.from + 1); n < bodies.length; n++) {
        lines.push(contentOf(from + lines.length, bodies[n] as string))
        topics.push(said[n] as string)
      }
    }
    if (lines.length === 0) return
    const commit = new Commit(from, lines, topics)
    this.#head = commit.to
    this.#committed += lines.length
    this.#onCommit(commit)
  }
}
