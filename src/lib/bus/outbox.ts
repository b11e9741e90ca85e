import { isAtOrBelow, parseEventId } from '#lib/kernel/event-id.ts'
import type { Connection } from './connection.ts'
import type { Marks, SourceMark } from './log-port.ts'

type Group = { readonly firstId: string; readonly bodies: readonly string[]; readonly size: number }

const frameSize = 512 << 10

/** What was said and is not known to be in the log: sent again after every welcome, until it is. */
export class Outbox {
  #groups: Group[] = []
  /** The number, on this connection, of the oldest group. */
  #base = 0
  #pushed = 0
  #sent = 0
  #sentSize = 0
  /** Of all groups ever, so many were sent once; and so many before this connection. */
  #everSent = 0
  #sentBefore = 0

  get size(): number {
    return this.#groups.length
  }

  /** Of all groups ever, so many were taken, and so many of them are in the log. */
  get pushed(): number {
    return this.#pushed
  }
  get settled(): number {
    return this.#pushed - this.#groups.length
  }

  /** Takes all that is said to one input, or one fact. */
  push(firstId: string, bodies: readonly string[]): void {
    let size = 0
    for (const body of bodies) size += body.length
    this.#groups.push({ firstId, bodies, size })
    this.#pushed++
  }

  /** Sends what has not been sent on this connection, as far as its credit goes: the rest when something is acknowledged. */
  flush(connection: Connection): void {
    const { groups: most, bytes } = connection.credit
    while (this.#sent < this.#groups.length && this.#sent < most && this.#sentSize < bytes) {
      const from = this.#sent
      const sizes: number[] = []
      const lines: string[] = []
      let size = 0
      while (this.#sent < this.#groups.length && this.#sent < most && size < frameSize) {
        const group = this.#groups[this.#sent++] as Group
        sizes.push(group.bodies.length)
        for (const body of group.bodies) lines.push(body)
        size += group.size
      }
      this.#sentSize += size
      connection.send({ t: 'publish', k: this.#base + from, groups: sizes }, lines)
    }
    this.#everSent = Math.max(this.#everSent, this.settled + this.#sent)
  }

  /** What was sent on this connection by that number and is not acknowledged. */
  sentAs(k: number): Group | undefined {
    return this.#groups[k - this.#base]
  }

  /** Is one of these numbers, which the log had already, of a group that was never sent before this connection? */
  isFirstSent(numbers: readonly number[]): boolean {
    return numbers.some((k) => this.settled + k - this.#base >= this.#sentBefore)
  }

  /** Has the log by its marks what was never sent? */
  isUnsentKnown(marks: Marks): boolean {
    const next = this.#groups[this.#everSent - this.settled]
    return next !== undefined && isKnown(next.firstId, marks)
  }

  /** Every group before that number is in the log. */
  ack(through: number): void {
    const known = through - this.#base
    for (let i = 0; i < known; i++) this.#sentSize -= (this.#groups[i] as Group).size
    this.#groups = this.#groups.slice(known)
    this.#base = through
    this.#sent -= known
  }

  /** A new connection: forgets what the log has by its marks, and sends the rest again. */
  restart(marks: Marks): void {
    this.#groups = this.#groups.filter(({ firstId }) => !isKnown(firstId, marks))
    this.#base = 0
    this.#sent = 0
    this.#sentSize = 0
    this.#sentBefore = this.#everSent
  }
}

/** Is it in the log already, by the marks of its source? */
export function isKnown(id: string, marks: Marks): boolean {
  const { source, isFact, major, n } = parseEventId(id)
  const mark: SourceMark | undefined = marks[source]
  if (isFact) return mark?.fact != null && isAtOrBelow({ major, n }, mark.fact)
  return mark?.answer != null && major <= mark.answer.cause
}
