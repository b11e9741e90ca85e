import assert from 'node:assert/strict'
import type { Event } from '#schemas/event.ts'
import { parseEventId } from './event-id.ts'
import type { Machine } from './machine.ts'

/** The newest answer of a source that the log holds: answer `n` to the event with seq `cause`. Null when there is none. */
export type Answered = { readonly cause: number; readonly n: number } | null

/** Does the log, whose newest answer is `mark`, have that one too? */
export const hasAnswer = (mark: Answered, answered: Answered): boolean =>
  answered === null ||
  (mark !== null && (answered.cause < mark.cause || (answered.cause === mark.cause && answered.n <= mark.n)))

/**
 * Brings a machine to where the log left it. Fed its inputs and its own recorded answers in seq order, it folds each input
 * followed by that input's answers, although other inputs may stand between them in the log; nothing is decided again.
 */
export class Replay {
  readonly #machine: Machine
  readonly #until: Answered
  readonly #from: number
  readonly #inputs: Event[] = []
  #isDone: boolean

  /** `from`: the machine has heard and answered everything up to that seq already. */
  constructor(machine: Machine, until: Answered, from = 0) {
    this.#machine = machine
    this.#until = until
    this.#from = from
    this.#isDone = until === null || until.cause <= from
  }

  /** Every recorded answer has been folded: what is held now, and whatever comes, is to be answered. */
  get isDone(): boolean {
    return this.#isDone
  }

  feed(event: Event): void {
    const isAnswer = event.source === this.#machine.name && event.cause !== null
    if (!isAnswer) {
      this.#inputs.push(event)
      return
    }
    assert(
      this.#until !== null,
      `${this.#machine.name} finds an answer of its own, ${event.id}, where the log promised none`,
    )
    const { major: cause, n } = parseEventId(event.id)
    if (cause <= this.#from) return
    this.#foldInputsTo(cause)
    this.#machine.fold(event)
    this.#isDone = cause === this.#until.cause && n === this.#until.n
  }

  /** Inputs that nobody has answered yet, in order. Empty once taken. */
  takeUnanswered(): Event[] {
    return this.#inputs.splice(0)
  }

  #foldInputsTo(seq: number): void {
    let folded = 0
    while (folded < this.#inputs.length && (this.#inputs[folded] as Event).seq <= seq) {
      const input = this.#inputs[folded++] as Event
      if (this.#machine.hears(input)) this.#machine.fold(input)
    }
    if (folded > 0) this.#inputs.splice(0, folded)
  }
}
