import type { WebSocket } from 'ws'
import { formatFrame } from './frame.ts'
import type { LogPort } from './log-port.ts'

/** What has just become durable: contents with their seals, in order, and the topic of each. */
export type Commit = {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
  readonly topics: readonly string[]
}

const readBytes = 1 << 20
const bufferedMost = 4 << 20

/**
 * One consumer's way through the log: reads at its own pace while it is behind, and joins what is live without a seam. It never makes
 * anybody wait.
 */
export class Subscriber {
  readonly #socket: WebSocket
  readonly #log: LogPort
  readonly #topics: ReadonlySet<string> | null
  readonly #fail: (error: unknown) => void
  /** The newest seq that may be sent. */
  #limit: number
  #next: number
  /** What has been said to the consumer; silence about events that it does not hear is made up for by the next frame. */
  #told: number
  #isReading = false

  constructor(
    socket: WebSocket,
    log: LogPort,
    wish: { from: number; topics: readonly string[] | null; limit: number },
    fail: (error: unknown) => void,
  ) {
    this.#socket = socket
    this.#log = log
    this.#next = wish.from
    this.#told = wish.from - 1
    this.#topics = wish.topics === null ? null : new Set(wish.topics)
    this.#limit = wish.limit
    this.#fail = fail
    void this.#catchUp()
  }

  /** The seq that is sent next. */
  get next(): number {
    return this.#next
  }

  get isLive(): boolean {
    return !this.#isReading && this.#next === this.#limit + 1
  }

  hears(topic: string): boolean {
    return this.#topics === null || this.#topics.has(topic)
  }

  /** Takes what has become durable; who is not at its start, or takes too slowly, reads it from the log later. */
  take(commit: Commit): void {
    this.#limit = commit.to
    if (this.#isReading) return
    if (this.#next !== commit.from || this.#socket.bufferedAmount > bufferedMost) void this.#catchUp()
    else {
      const lines = commit.lines.filter((_, i) => this.hears(commit.topics[i] as string))
      this.#next = commit.to + 1
      if (lines.length > 0) void this.#send(commit.to, lines)
    }
  }

  #send(to: number, lines: readonly string[]): Promise<void> {
    const from = this.#told + 1
    this.#told = to
    return new Promise((resolve) => this.#socket.send(formatFrame({ t: 'events', from, to }, lines), () => resolve()))
  }

  async #catchUp(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#next <= this.#limit && this.#socket.readyState === this.#socket.OPEN) {
        const from = this.#next
        const topics = this.#topics === null ? undefined : [...this.#topics]
        const read = await this.#log.read({ from, to: this.#limit, maxBytes: readBytes, topics })
        if (read.to < from) throw new Error(`the log ends at ${read.to}, and ${this.#limit} was promised`)
        this.#next = read.to + 1
        await this.#send(read.to, read.lines)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isReading = false
    }
  }
}
