import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'
import { formatFrame, type ServerHeader } from './frame.ts'
import type { Subscriber } from './subscriber.ts'

/** One client of the router, from its welcome to its end. */
export class Peer {
  readonly socket: WebSocket
  readonly identity: string
  /** Answers event by event, under lockstep. */
  readonly isService: boolean
  subscriber: Subscriber | null = null
  rttMs: number | null = null
  #published = 0
  #acknowledged = 0
  #pingedMs: number | null = null
  /** Numbers of groups that are in the log, before one that is not. */
  readonly #early = new Set<number>()

  constructor(socket: WebSocket, identity: string, isService: boolean) {
    this.socket = socket
    this.identity = identity
    this.isService = isService
    socket.on('pong', () => {
      if (this.#pingedMs !== null) this.rttMs = Math.round((performance.now() - this.#pingedMs) * 1_000) / 1_000
      this.#pingedMs = null
    })
  }

  /** The number that its next group has. */
  get published(): number {
    return this.#published
  }

  get unacknowledged(): number {
    return this.#published - this.#acknowledged
  }

  /** Takes a number for a group. */
  takeNumber(): number {
    return this.#published++
  }

  /** A group is in the log: tells how far everything is, once for all that comes at one time. */
  settle(k: number): void {
    this.#early.add(k)
    if (!this.#early.has(this.#acknowledged)) return
    const isTold = this.#toldThrough < this.#acknowledged
    while (this.#early.delete(this.#acknowledged)) this.#acknowledged++
    if (!isTold) queueMicrotask(() => this.#tell())
  }

  #toldThrough = 0

  #tell(): void {
    if (this.#toldThrough === this.#acknowledged) return
    this.#toldThrough = this.#acknowledged
    this.send({ t: 'ack', through: this.#acknowledged })
  }

  send(header: ServerHeader, lines: readonly string[] = []): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(formatFrame(header, lines))
  }

  /** Tells why it may not go on, and ends. */
  refuse(k: number | null, reason: string): void {
    this.send({ t: 'refused', k, reason: reason.slice(0, 1_000) })
    this.socket.close(4400, 'refused')
  }

  /** Asks whether it is there; one that has not answered the last time is cut off. */
  ping(): void {
    if (this.#pingedMs !== null) {
      this.socket.terminate()
      return
    }
    this.#pingedMs = performance.now()
    this.socket.ping()
  }
}
