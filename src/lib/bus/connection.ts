import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { proofOf } from './auth.ts'
import { type ClientHeader, formatFrame, frameBytesMost, protocol, ServerHeader, splitFrame } from './frame.ts'

export type Welcome = Extract<ServerHeader, { t: 'welcome' }>
export type Wish = Pick<Extract<ClientHeader, { t: 'hello' }>, 'from' | 'topics' | 'isService'>

export type ConnectionOptions = {
  readonly url: string
  readonly identity: string
  readonly secret: string
  /** What to ask for, now: called at every connection. */
  readonly wish: () => Wish
  readonly onWelcome: (welcome: Welcome) => void
  readonly onEvents?: (from: number, to: number, lines: readonly string[]) => void
  readonly onAck?: (through: number) => void
  /** The router will never take this: the client stops. */
  readonly onRefused: (reason: string) => void
  /** The connection is gone, or could not be made. */
  readonly onLost?: () => void
  /** Comes back when the router does; on unless said otherwise. */
  readonly comesBack?: boolean
}

/** A client's line to the router: authenticates, and comes back by itself when the router does. */
export class Connection {
  readonly #options: ConnectionOptions
  #socket: WebSocket | null = null
  #isWelcome = false
  #isClosed = false
  #attempts = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#connect()
  }

  get isOpen(): boolean {
    return this.#isWelcome
  }

  /** Sends a frame; without a connection it is dropped: an outbox sends again after the welcome. */
  send(header: ClientHeader, lines: readonly string[] = []): void {
    if (this.#isWelcome) this.#socket?.send(formatFrame(header, lines))
  }

  /** Takes no more events until `resume`. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** Says goodbye; what was sent before arrives. */
  async close(): Promise<void> {
    this.#isClosed = true
    const socket = this.#socket
    if (socket === null || socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await Promise.race([closed, sleep(1_000, undefined, { ref: false })])
    socket.terminate()
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url, { maxPayload: frameBytesMost * 4, perMessageDeflate: false })
    this.#socket = socket
    socket.on('message', (data) => this.#hear(socket, String(data)))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => void this.#lost(socket))
  }

  #hear(socket: WebSocket, text: string): void {
    const { header: raw, lines } = splitFrame(text)
    const header = ServerHeader.parse(raw)
    switch (header.t) {
      case 'challenge': {
        const { identity, secret, wish } = this.#options
        const proof = proofOf(secret, header.nonce, identity)
        socket.send(formatFrame({ t: 'hello', protocol, identity, proof, ...wish() }))
        return
      }
      case 'welcome':
        this.#isWelcome = true
        this.#attempts = 0
        this.#options.onWelcome(header)
        return
      case 'events':
        this.#options.onEvents?.(header.from, header.to, lines)
        return
      case 'ack':
        this.#options.onAck?.(header.through)
        return
      case 'refused':
        this.#options.onRefused(header.reason)
        return
    }
  }

  async #lost(socket: WebSocket): Promise<void> {
    if (this.#socket !== socket) return
    const { comesBack = true, onLost } = this.#options
    const wasWelcome = this.#isWelcome
    this.#isWelcome = false
    if (wasWelcome || !comesBack) onLost?.()
    if (this.#isClosed || !comesBack) return
    await sleep(Math.min(1_000, 20 * 2 ** Math.min(this.#attempts++, 6)))
    if (!this.#isClosed) this.#connect()
  }
}
