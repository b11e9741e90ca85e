import { factId } from '#lib/kernel/event-id.ts'
import type { Fact } from '#schemas/event.ts'
import { factBody } from './bus-client.ts'
import { Connection, type Welcome } from './connection.ts'
import type { SourceMark } from './log-port.ts'
import { Outbox } from './outbox.ts'

export type FeedPublisherOptions = {
  readonly url: string
  readonly identity: string
  /** What its facts are said as: the identity, or `<identity>-<feed>`. */
  readonly source: string
  readonly secret: string
  readonly ca?: string | undefined
  /** The facts behind the mark of a log that ends at `head`. Asked once; the router may go and come back meanwhile. */
  readonly open: (
    mark: SourceMark['fact'],
    head: number,
  ) => AsyncIterable<readonly Fact[]> | Promise<AsyncIterable<readonly Fact[]>>
  readonly onFault: (message: string) => void
  /** So many of its facts are in the log. */
  readonly onFed?: (facts: number) => void
}

const outboxMost = 4_096

/** Publishes what an edge learns, in order, never further ahead of the log than its outbox holds. */
export class FeedPublisher {
  readonly #options: FeedPublisherOptions
  readonly #connection: Connection
  readonly #outbox = new Outbox()
  #wake: () => void = () => undefined
  #said = 0
  #isFirst = true
  #isClosed = false
  /** Resolves when everything is said and in the log. */
  readonly ended: Promise<void>
  #end: () => void = () => undefined

  constructor(options: FeedPublisherOptions) {
    const { url, identity, secret, ca, onFault } = options
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#connection = new Connection({
      url,
      identity,
      secret,
      ca,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: (welcome) => this.#begin(welcome),
      onAck: (through) => {
        this.#outbox.ack(through)
        this.#outbox.flush(this.#connection)
        this.#options.onFed?.(this.#said - this.#outbox.size)
        this.#wake()
      },
      onRefused: (reason) => onFault(`the router refuses: ${reason}`),
    })
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    return this.#connection.close()
  }

  #begin({ marks, head }: Welcome): void {
    this.#outbox.restart(marks)
    this.#outbox.flush(this.#connection)
    if (!this.#isFirst) return
    this.#isFirst = false
    const mark = marks[this.#options.source]?.fact ?? null
    this.#publish(mark, head).catch((error: Error) => this.#options.onFault(error.message))
  }

  async #publish(mark: SourceMark['fact'], head: number): Promise<void> {
    const { source, open } = this.#options
    this.#said = mark === null ? 0 : mark.n + 1
    for await (const facts of await open(mark, head)) {
      for (const fact of facts) this.#outbox.push(factId(source, fact.epoch, fact.n), [factBody(source, fact)])
      this.#said += facts.length
      this.#outbox.flush(this.#connection)
      await this.#until(outboxMost)
      if (this.#isClosed) return
    }
    await this.#until(0)
    if (!this.#isClosed) this.#end()
  }

  async #until(size: number): Promise<void> {
    while (this.#outbox.size > size && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }
}
