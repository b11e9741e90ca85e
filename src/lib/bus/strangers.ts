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

const helloWithinMs = 5_000
/** What a handshake and a hello take at most. */
const bytesMost = 16 << 10
const helloBytesMost = 8 << 10
const strangersMost = 64

/** Connections that have not proved who they are. When there are too many, the oldest goes: who is slow must not keep out who is not. */
export class Strangers {
  readonly #sockets = new Set<WebSocket>()

  get count(): number {
    return this.#sockets.size
  }

  /** Takes one in: it has little time and few bytes. Gives what to call once it is known, or has been refused. */
  add(socket: WebSocket, bytes: Socket): () => void {
    let received = 0
    const count = (chunk: Buffer) => {
      received += chunk.length
      if (received > bytesMost) socket.terminate()
    }
    const timer = setTimeout(() => socket.terminate(), helloWithinMs)
    const end = () => {
      clearTimeout(timer)
      bytes.off('data', count)
      socket.off('close', end)
      this.#sockets.delete(socket)
    }
    bytes.on('data', count)
    socket.on('close', end)
    this.#sockets.add(socket)
    const [oldest] = this.#sockets
    if (this.#sockets.size > strangersMost) oldest?.terminate()
    return end
  }
}

/** May it be a hello, to be read? */
export const isHelloSized = (data: RawData, isBinary: boolean): boolean =>
  !isBinary && (Array.isArray(data) ? data.length : data.byteLength) <= helloBytesMost
