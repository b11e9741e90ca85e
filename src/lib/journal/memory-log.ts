import { randomUUID } from 'node:crypto'
import type { AppendResult, LogPort, LogState, ReadRequest, ReadResult, Run, SourceMark } from '#lib/bus/log-port.ts'
import { contentOf } from '#lib/codec/event-text.ts'
import { windowOf } from '#lib/journal/read-window.ts'
import { type Sequenced, sequenceGroups } from '#lib/journal/sequence-groups.ts'

/** The log of a test: everything that a log promises but to outlive its process. */
export class MemoryLog implements LogPort {
  readonly #run: string
  readonly #runId = randomUUID()
  readonly #marks = new Map<string, SourceMark>()
  readonly #events: { readonly topic: string; readonly text: string }[] = []

  constructor(run = 'live') {
    this.#run = run
  }

  /** The contents in order of seq, seals included. */
  get contents(): readonly string[] {
    return this.#events.map(({ text }) => text)
  }

  async state(): Promise<LogState> {
    return {
      run: this.#run,
      runId: this.#runId,
      head: this.#events.length,
      marks: Object.fromEntries(this.#marks),
      durability: {},
      diskUsedPercent: 0,
    }
  }

  async append(groups: readonly (readonly string[])[], runs?: readonly Run[]): Promise<readonly AppendResult[]> {
    const events: Sequenced[] = []
    const results = sequenceGroups({ groups, runs }, this.#marks, this.#events.length, events)
    for (const { seq, topic, body } of events) this.#events.push({ topic, text: contentOf(seq, body) })
    return results
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    return windowOf(this.#events, 1, request)
  }

  async close(): Promise<void> {}
}
