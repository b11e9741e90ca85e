import { Connection } from './connection.ts'
import { isKnown, Outbox } from './outbox.ts'

/** A fact as a log has it: who may say it, its id, and its canonical text without the seq. */
export type RecordedFact = {
  readonly identity: string
  readonly id: string
  readonly body: string
  readonly at: number
}

export type RecordPublisherOptions = {
  readonly url: string
  readonly secretOf: (identity: string) => string
  readonly ca?: string | undefined
  /** Everything from the beginning, in order: what the log has already is passed over. */
  readonly facts: AsyncIterable<readonly RecordedFact[]>
  readonly onFault: (message: string, error?: Error) => void
  /** So many facts are in the log. */
  readonly onFed: (facts: number) => void
}

const outboxMost = 4_096

/** Says again what several edges learned, each under its own identity, in one order: who follows another waits until that one is in the log. */
export class RecordPublisher {
  readonly #options: RecordPublisherOptions
  readonly #voices = new Map<string, Voice>()
  #fed = 0
  #isClosed = false
  /** Resolves when everything is in the log. */
  readonly ended: Promise<void>

  constructor(options: RecordPublisherOptions) {
    this.#options = options
    this.ended = this.#publish()
    this.ended.catch((error: Error) => options.onFault(error.message, error))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#voices.values()].map((voice) => voice.close()))
  }

  async #publish(): Promise<void> {
    let speaking: Voice | null = null
    for await (const facts of this.#options.facts) {
      for (const fact of facts) {
        const voice = this.#voiceOf(fact.identity)
        if (voice !== speaking) await speaking?.until(0)
        speaking = voice
        await voice.say(fact)
        this.#fed++
        this.#tell()
        if (this.#isClosed) return await new Promise(() => undefined)
      }
      speaking?.flush()
    }
    await speaking?.until(0)
  }

  #tell(): void {
    let waiting = 0
    for (const voice of this.#voices.values()) waiting += voice.waiting
    this.#options.onFed(this.#fed - waiting)
  }

  #voiceOf(identity: string): Voice {
    const known = this.#voices.get(identity)
    if (known) return known
    const { url, secretOf, ca, onFault } = this.#options
    const onAck = () => this.#tell()
    const voice = new Voice({ url, identity, secret: secretOf(identity), ca, onFault, onAck })
    this.#voices.set(identity, voice)
    return voice
  }
}

/** One identity on its connection. */
class Voice {
  readonly #connection: Connection
  readonly #outbox = new Outbox()
  readonly #welcomed = Promise.withResolvers<Parameters<Outbox['restart']>[0]>()
  #wake: () => void = () => undefined

  constructor(
    options: Pick<RecordPublisherOptions, 'url' | 'ca' | 'onFault'> & {
      identity: string
      secret: string
      onAck: () => void
    },
  ) {
    const { onFault, onAck, ...door } = options
    this.#connection = new Connection({
      ...door,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: ({ marks }) => {
        this.#outbox.restart(marks)
        this.flush()
        this.#wake()
        this.#welcomed.resolve(marks)
      },
      onAck: (through) => {
        this.#outbox.ack(through)
        onAck()
        this.flush()
        this.#wake()
      },
      onRefused: (reason) => onFault(`the router refuses: ${reason}`),
    })
  }

  async say({ id, body }: RecordedFact): Promise<void> {
    if (isKnown(id, await this.#welcomed.promise)) return
    this.#outbox.push(id, [body])
    if (this.#outbox.size > outboxMost) await this.until(outboxMost / 2)
  }

  get waiting(): number {
    return this.#outbox.size
  }

  flush(): void {
    this.#outbox.flush(this.#connection)
  }

  /** Until no more than so many facts are not known to be in the log. */
  async until(size: number): Promise<void> {
    this.flush()
    while (this.#outbox.size > size)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
