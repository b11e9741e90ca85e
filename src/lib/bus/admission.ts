import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { catalogue } from '#schemas/catalogue.ts'
import { isProof, newNonce } from './auth.ts'
import { type ClientHeader, formatFrame, readClientFrame } from './frame.ts'

export type Hello = Extract<ClientHeader, { t: 'hello' }>

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

  add(socket: WebSocket): void {
    this.#sockets.add(socket)
    const [oldest] = this.#sockets
    if (this.#sockets.size > strangersMost) oldest?.terminate()
  }

  delete(socket: WebSocket): void {
    this.#sockets.delete(socket)
  }
}

/** Why an identity may not hear what it asks for; null where it may. Patterns are for readers of the log: a consumer names topics. */
export function whyUnreadable(
  { identity, from, topics }: Hello,
  mayRead: (identity: string, topic: string | null) => boolean,
): string | null {
  if (from === null) return null
  const unknown = topics?.find((topic) => !Object.hasOwn(catalogue, topic))
  if (unknown !== undefined) return `there is no topic ${unknown}`
  const forbidden = (topics ?? [null]).find((topic) => !mayRead(identity, topic))
  return forbidden === undefined ? null : `${identity} may not read ${forbidden ?? 'everything'}`
}

/** A secret that nobody has: whoever is unknown takes as long to refuse as who is known. */
const nobodysSecret = newNonce()

/**
 * Waits for a hello that proves who says it; `onEnd` hears null when it does not come. Whoever is not known sends one small frame, hears `refused` at most,
 * and is gone: the reason is for the operator.
 */
export function admit(
  socket: WebSocket,
  bytes: Socket,
  { secretOf, say }: { secretOf: (identity: string) => string | null; say: (message: string) => void },
  onEnd: (hello: Hello | null) => void,
): void {
  const nonce = newNonce()
  const end = (hello: Hello | null) => {
    clearTimeout(timer)
    bytes.off('data', count)
    socket.off('message', hear)
    socket.off('close', gone)
    onEnd(hello)
  }
  const refuse = (why: string) => {
    say(`refused a connection: ${why}`)
    socket.send(formatFrame({ t: 'refused', k: null, reason: 'refused' }))
    socket.close(4401, 'refused')
    end(null)
  }
  const hear = (data: RawData, isBinary: boolean) => {
    const frame = isBinary || sizeOf(data) > helloBytesMost ? null : readClientFrame(data as Buffer)
    if (frame === null || frame.header.t !== 'hello' || frame.at < frame.text.length) {
      refuse('its first frame is no hello')
      return
    }
    const { identity, proof } = frame.header
    const secret = secretOf(identity)
    const isKnown = isProof(proof, secret ?? nobodysSecret, nonce, identity) && secret !== null
    if (isKnown) end(frame.header)
    else refuse(`${identity} did not prove that it is ${identity}`)
  }
  const gone = () => end(null)
  let received = 0
  const count = (chunk: Buffer) => {
    received += chunk.length
    if (received > bytesMost) socket.terminate()
  }
  const timer = setTimeout(() => socket.terminate(), helloWithinMs)
  bytes.on('data', count)
  socket.on('message', hear)
  socket.on('close', gone)
  socket.send(formatFrame({ t: 'challenge', nonce }))
}

const sizeOf = (data: RawData): number => (Array.isArray(data) ? data.length : data.byteLength)
