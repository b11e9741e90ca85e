import { parseEventId } from '#lib/kernel/event-id.ts'
import type { Connection } from './connection.ts'
import type { Marks, SourceMark } from './log-port.ts'

type Group = { readonly firstId: string; readonly bodies: readonly string[] }

const frameCharacters = 512 << 10

/** What was said and is not known to be in the log: sent again after every welcome, until it is. */
export class Outbox {
  #groups: Group[] = []
  /** The number, on this connection, of the oldest group. */
  #base = 0
  #sent = 0

  get size(): number {
    return this.#groups.length
  }

  /** Takes all that is said to one input, or one fact. */
  push(firstId: string, bodies: readonly string[]): void {
    this.#groups.push({ firstId, bodies })
  }

  /** Sends what has not been sent on this connection. */
  flush(connection: Connection): void {
    while (connection.isOpen && this.#sent < this.#groups.length) {
      const from = this.#sent
      let characters = 0
      while (this.#sent < this.#groups.length && characters < frameCharacters)
        for (const body of (this.#groups[this.#sent++] as Group).bodies) characters += body.length
      const groups = this.#groups.slice(from, this.#sent)
      const header = { t: 'publish', k: this.#base + from, groups: groups.map(({ bodies }) => bodies.length) } as const
      connection.send(
        header,
        groups.flatMap(({ bodies }) => bodies),
      )
    }
  }

  /** Every group before that number is in the log. */
  ack(through: number): void {
    const known = through - this.#base
    this.#groups.splice(0, known)
    this.#base = through
    this.#sent -= known
  }

  /** A new connection: forgets what the log has by its marks, and sends the rest again. */
  restart(marks: Marks): void {
    this.#groups = this.#groups.filter(({ firstId }) => !isKnown(firstId, marks))
    this.#base = 0
    this.#sent = 0
  }
}

/** Is it in the log already, by the marks of its source? */
export function isKnown(id: string, marks: Marks): boolean {
  const { source, isFact, major, n } = parseEventId(id)
  const mark: SourceMark | undefined = marks[source]
  if (isFact) return mark?.fact != null && (major < mark.fact.epoch || (major === mark.fact.epoch && n <= mark.fact.n))
  return mark?.answer != null && major <= mark.answer.cause
}
