import { Commit } from './commit.ts'

/** Under lockstep: what is in the log and has not been shown to services. */
export class ShownEvents {
  readonly #events = new Map<number, { readonly line: string; readonly topic: string }>()

  add({ from, lines, topics }: Commit): void {
    lines.forEach((line, i) => {
      this.#events.set(from + i, { line, topic: topics[i] as string })
    })
  }

  /** The commit of that one event; of an event from before this router one that says nothing but its seq. */
  take(seq: number): Commit {
    const known = this.#events.get(seq)
    this.#events.delete(seq)
    return known === undefined ? new Commit(seq + 1, [], []) : new Commit(seq, [known.line], [known.topic])
  }
}
