import type { Server, Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'

/** What comes before the WebSocket: the handshake of TLS, and the head of a request. */
export const handshakeWithinMs = 5_000
/** For `createServer`. */
export const handshakeLimits = {
  headersTimeout: handshakeWithinMs,
  requestTimeout: handshakeWithinMs,
  connectionsCheckingInterval: 1_000,
}

const handshakesMost = 128

/** Of those who have said no whole request yet, or nothing more since, the oldest goes when there are too many. */
export function limitHandshakes(server: Server): void {
  const waiting = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const key = endOf(socket)
    waiting.set(key, socket)
    socket.once('close', () => waiting.delete(key))
    const [oldest] = waiting.values()
    if (waiting.size > handshakesMost) oldest?.destroy()
  })
  server.on('upgrade', ({ socket }: { socket: Socket }) => waiting.delete(endOf(socket)))
}

// The socket of TLS is another one than the one that carries it; where they come from is the same.
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/** What a connection that was told why it ends has, to end: time, and bytes beyond those of a frame that was too long. */
const endsWithinMs = 5_000
const lastBytesMost = 16 << 20

const helloWithinMs = 5_000
/** What a handshake and a hello take at most. */
const bytesMost = 16 << 10
const helloBytesMost = 8 << 10
const strangersMost = 64

/**
 * After the last word: what still comes is thrown away unread. A line that ends with bytes of the other's on it is reset, and a reset overtakes what was
 * said: the other would not hear why.
 */
export function hearNoMore(socket: WebSocket, bytes: Socket): void {
  let received = 0
  const timer = setTimeout(() => socket.terminate(), endsWithinMs)
  socket.once('close', () => clearTimeout(timer))
  bytes.removeAllListeners('data')
  bytes.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > lastBytesMost) socket.terminate()
  })
  bytes.resume()
  bytes.end()
}

const leavingMost = 64

/** Connections that heard why they end. When there are too many, the oldest is cut: who does not go keeps no place. */
export class Leaving {
  readonly #sockets = new Set<WebSocket>()

  add(socket: WebSocket, bytes: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    hearNoMore(socket, bytes)
    const [oldest] = this.#sockets
    if (this.#sockets.size > leavingMost) oldest?.terminate()
  }
}

/** A connection that has not proved who it is. */
export type Stranger = {
  /** It has: what limits strangers is not for it. */
  known(): void
  /** Says one frame, and ends. */
  refuse(frame: string, code: number): void
}

/** Connections that have not proved who they are. When there are too many, the oldest goes: who is slow must not keep out who is not. */
export class Strangers {
  readonly #sockets = new Set<WebSocket>()

  get count(): number {
    return this.#sockets.size
  }

  /** Takes one in: it has little time and few bytes, and `onMore` is to refuse it when they do not do. */
  add(socket: WebSocket, bytes: Socket, onMore: (why: string) => void): Stranger {
    let received = 0
    let isLimited = true
    const count = (chunk: Buffer) => {
      received += chunk.length
      if (isLimited && received > bytesMost) onMore('it sent more than a hello')
    }
    const timer = setTimeout(() => onMore('it said no hello in time'), helloWithinMs)
    const unlimited = () => {
      isLimited = false
      clearTimeout(timer)
      bytes.off('data', count)
    }
    const known = () => {
      unlimited()
      socket.off('close', known)
      this.#sockets.delete(socket)
    }
    bytes.on('data', count)
    socket.on('close', known)
    this.#sockets.add(socket)
    const [oldest] = this.#sockets
    if (this.#sockets.size > strangersMost) oldest?.terminate()
    const refuse = (frame: string, code: number) => {
      unlimited()
      socket.send(frame)
      socket.close(code, 'refused')
      hearNoMore(socket, bytes)
    }
    return { known, refuse }
  }
}

/** May it be a hello, to be read? */
export const isHelloSized = (data: RawData, isBinary: boolean): boolean =>
  !isBinary && (Array.isArray(data) ? data.length : data.byteLength) <= helloBytesMost
