import type { WebSocket } from 'ws'
import { seqIn } from '#lib/codec/event-text.ts'
import { type Commit, TopicFilter } from './commit.ts'
import { formatFrame } from './frame.ts'
import type { LogPort } from './log-port.ts'

const readBytes = 256 << 10
/** What may have been sent and not been heard. */
export const unheardMost = 4 << 20

export type SubscriberHooks = {
  readonly fail: (error: unknown) => void
  /** The log does not have any more what it wants, or not whole. */
  readonly refuse: (reason: string) => void
  /** It takes more slowly than events come, and reads from the log from now on; or it has caught up again. */
  readonly onPace: (state: 'behind' | 'caught_up') => void
}

/** Why a consumer may not begin where it asks to: what it wants is kept from there on. */
export const goneWords = (firstKept: number): string =>
  `events before ${firstKept} are gone: of what is wanted all is kept from there on`
/** From where on it is kept, where that is why. */
export const firstKeptIn = (reason: string): number | null =>
  Number(/events before (\d+) are gone/.exec(reason)?.[1] ?? 0) || null

/**
 * One consumer's way through the log: reads at its own pace while it is behind, and joins what is live without a seam. It never makes
 * anybody wait.
 */
export class Subscriber {
  readonly #socket: WebSocket
  readonly #log: LogPort
  readonly #filter: TopicFilter
  readonly #hooks: SubscriberHooks
  /** The newest seq that may be sent. */
  #limit: number
  #next: number
  /** What has been said to the consumer; silence about events that it does not hear is made up for by the next frame. */
  #told: number
  #isReading = false
  #isSlow = false
  /** Frames that it has not confirmed to have heard. */
  #unheard: { readonly to: number; readonly bytes: number }[] = []
  #unheardBytes = 0
  #onRoom: (() => void) | null = null

  constructor(
    socket: WebSocket,
    log: LogPort,
    wish: { from: number; topics: readonly string[] | null; limit: number },
    hooks: SubscriberHooks,
  ) {
    this.#socket = socket
    this.#log = log
    this.#next = wish.from
    this.#told = wish.from - 1
    this.#filter = new TopicFilter(wish.topics)
    this.#limit = wish.limit
    this.#hooks = hooks
    socket.once('close', () => this.#onRoom?.())
    void this.#catchUp()
  }

  /** The seq that is sent next. */
  get next(): number {
    return this.#next
  }

  get isSlow(): boolean {
    return this.#isSlow
  }

  get unheardBytes(): number {
    return this.#unheardBytes
  }

  /** The consumer has taken in everything up to there; false when that was not sent. */
  heard(seq: number): boolean {
    if (seq > this.#told) return false
    let count = 0
    for (const { to, bytes } of this.#unheard) {
      if (to > seq) break
      this.#unheardBytes -= bytes
      count++
    }
    this.#unheard.splice(0, count)
    this.#lookForRoom()
    return true
  }

  /** Also when something has left: what it heard may be known before that. */
  readonly #lookForRoom = (): void => {
    if (!this.#isFull) this.#onRoom?.()
  }

  /** What it says that it has heard is believed only of what has left for it. */
  get #isFull(): boolean {
    return Math.max(this.#unheardBytes, this.#socket.bufferedAmount) > unheardMost
  }

  /** Takes what has become durable; who is not at its start, or takes too slowly, reads it from the log later. */
  take(commit: Commit): void {
    this.#limit = commit.to
    if (this.#isReading) return
    if (this.#next !== commit.from) {
      void this.#catchUp()
      return
    }
    if (this.#isFull) {
      this.#isSlow = true
      void this.#catchUp()
      this.#hooks.onPace('behind')
      return
    }
    this.#next = commit.to + 1
    const frame = commit.frameFor(this.#told + 1, this.#filter)
    if (frame !== null) this.#send(commit.to, frame)
  }

  #send(to: number, frame: Buffer): void {
    this.#told = to
    this.#unheard.push({ to, bytes: frame.length })
    this.#unheardBytes += frame.length
    this.#socket.send(frame, { binary: false }, this.#lookForRoom)
  }

  async #catchUp(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#next <= this.#limit && this.#socket.readyState === this.#socket.OPEN) {
        if (this.#isFull) {
          await this.#room()
          continue
        }
        const from = this.#next
        const topics = this.#filter.topics ?? undefined
        const read = await this.#log.read({ from, to: this.#limit, maxBytes: readBytes, topics })
        if (read.firstKept !== undefined) {
          this.#hooks.refuse(goneWords(read.firstKept))
          return
        }
        if (read.damage !== undefined) {
          this.#hooks.refuse(read.damage)
          return
        }
        if (read.to < from) throw new Error(`the log ends at ${read.to}, and ${this.#limit} was promised`)
        const to = Math.min(read.to, this.#limit)
        const lines = to === read.to ? read.lines : read.lines.filter((line) => seqIn(line) <= to)
        this.#next = to + 1
        this.#send(to, Buffer.from(formatFrame({ t: 'events', from: this.#told + 1, to }, lines)))
      }
    } catch (error) {
      this.#hooks.fail(error)
    } finally {
      this.#isReading = false
    }
    if (!this.#isSlow || this.#socket.readyState !== this.#socket.OPEN) return
    this.#isSlow = false
    this.#hooks.onPace('caught_up')
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRoom = () => {
        this.#onRoom = null
        resolve()
      }
    })
  }
}
