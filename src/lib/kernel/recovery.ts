import type { Event } from '#schemas/event.ts'
import { parseEventId } from './event-id.ts'
import { Machine } from './machine.ts'
import { type Answered, Replay } from './replay.ts'
import type { AnyService } from './service.ts'
import { type FreshSnapshot, type Snapshot, sha256Of } from './snapshot.ts'

type OnAnswers = (seq: number, answers: readonly Event[]) => void

/** A machine that is brought to where its log left it, from a snapshot or from the first event, and answers from there on. */
export class Recovery {
  readonly #service: AnyService
  readonly #onAnswers: OnAnswers
  #machine: Machine
  #replay: Replay | null = null
  /** The newest event that it was shown. */
  #last: { readonly line: string; readonly seq: number } | null = null
  /** The newest answer that it gave, now or before. */
  #answered: Answered = null
  /** It was shown everything up to there. */
  seen = 0
  /** Services that have a configuration. */
  readonly configured = new Set<string>()

  /** `onAnswers` is told of every input that is not answered yet, also when there is nothing to say to it. */
  constructor(service: AnyService, onAnswers: OnAnswers) {
    this.#service = service
    this.#machine = new Machine(service)
    this.#onAnswers = onAnswers
  }

  get configHash(): string | undefined {
    return this.#machine.configHash
  }

  /** Every recorded answer has been folded. */
  get isReplayed(): boolean {
    return this.#replay === null
  }

  /** Takes the state of a snapshot, whose event the log shows as `line`. Why it does not, or null. */
  restore(snapshot: Snapshot, line: string | undefined): string | null {
    if (line === undefined || sha256Of(line) !== snapshot.eventHash) return 'the log has another event there'
    try {
      this.#machine.restore(snapshot.state, snapshot.configHash)
    } catch (error) {
      this.#machine = new Machine(this.#service)
      return `its state is not understood: ${(error as Error).message}`
    }
    for (const name of snapshot.configured) this.configured.add(name)
    this.seen = snapshot.seq
    this.#last = { line, seq: snapshot.seq }
    this.#answered = snapshot.answered
    return null
  }

  /** What is shown from now on comes after that; the log has its answers up to `answered`. */
  begin(answered: Answered): void {
    const replay = new Replay(this.#machine, answered, this.seen)
    this.#replay = replay.isDone ? null : replay
  }

  /** Shows it an event, of which it may turn out that it is not for it. False when it has seen it before. */
  see(seq: number, line: string): boolean {
    if (seq <= this.seen) return false
    this.seen = seq
    this.#last = { line, seq }
    return true
  }

  /** An input, or an answer of its own that the log has. */
  hear(event: Event): void {
    const replay = this.#replay
    const isOwnAnswer = event.source === this.#service.name && event.cause !== null
    if (replay === null) {
      if (!isOwnAnswer) this.#step(event)
      return
    }
    replay.feed(event)
    if (isOwnAnswer) this.#answered = answerOf(event)
    if (!replay.isDone) return
    this.#replay = null
    for (const input of replay.takeUnanswered()) this.#step(input)
  }

  /** The newest event that it was shown; 0 before the first. */
  get lastSeq(): number {
    return this.#last?.seq ?? 0
  }

  snapshot(of: Pick<Snapshot, 'run' | 'code' | 'version'>): FreshSnapshot {
    return {
      service: this.#service.name,
      ...of,
      seq: this.lastSeq,
      eventHash: sha256Of(this.#last?.line ?? ''),
      answered: this.#answered,
      configHash: this.#machine.configHash as string,
      configured: [...this.configured],
      stateText: this.#machine.snapshotText(),
    }
  }

  #step(event: Event): void {
    const answers = this.#machine.hears(event) ? this.#machine.step(event) : []
    if (answers.length > 0) this.#answered = { cause: event.seq, n: answers.length - 1 }
    this.#onAnswers(event.seq, answers)
  }
}

function answerOf({ id }: Event): Answered {
  const { major: cause, n } = parseEventId(id)
  return { cause, n }
}
