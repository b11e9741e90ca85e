import type { WebSocket } from 'ws'

/** Heartbeats without a word after which the other end is held to be gone. */
export const silentMost = 5

/** The pulse of one connection: pings, and cuts off an end from which nothing has come for five heartbeats. */
export class Heartbeat {
  readonly #socket: WebSocket
  #silent = 0
  #pingedMs: number | null = null
  /** Round trip of the newest ping that was answered. */
  rttMs: number | null = null

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('pong', () => {
      this.heard()
      if (this.#pingedMs !== null) this.rttMs = Math.round((performance.now() - this.#pingedMs) * 1_000) / 1_000
      this.#pingedMs = null
    })
    socket.on('ping', () => this.heard())
  }

  /** Something came from the other end. */
  heard(): void {
    this.#silent = 0
  }

  /**
   * Once a heartbeat. Silence is counted in beats, not by the clock: who was stopped itself has counted none meanwhile, and does not
   * cut off those who spoke. One whose bytes are not being read is not to blame for its silence.
   */
  beat(isRead = true): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (isRead && ++this.#silent > silentMost) {
      this.#socket.terminate()
      return
    }
    this.#pingedMs ??= performance.now()
    this.#socket.ping()
  }
}
