import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { catalogue } from '#schemas/catalogue.ts'
import { isProof, newNonce } from './auth.ts'
import { type ClientHeader, formatFrame, readClientFrame } from './frame.ts'
import { isHelloSized, type Strangers } from './strangers.ts'

export type Hello = Extract<ClientHeader, { t: 'hello' }>

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
  { socket, bytes, strangers }: { socket: WebSocket; bytes: Socket; strangers: Strangers },
  { secretOf, sayRefusal }: { secretOf: (identity: string) => string | null; sayRefusal: (message: string) => void },
  onEnd: (hello: Hello | null) => void,
): void {
  const nonce = newNonce()
  const end = (hello: Hello | null) => {
    socket.off('message', hear)
    socket.off('close', gone)
    onEnd(hello)
  }
  const refuse = (why: string) => {
    sayRefusal(`refused a connection: ${why}`)
    stranger.refuse(formatFrame({ t: 'refused', k: null, reason: 'refused' }), 4401)
    end(null)
  }
  const hear = (data: RawData, isBinary: boolean) => {
    const frame = isHelloSized(data, isBinary) ? readClientFrame(data as Buffer) : null
    if (frame === null || frame.header.t !== 'hello' || frame.at < frame.text.length) {
      refuse('its first frame is no hello')
      return
    }
    const { identity, proof } = frame.header
    const secret = secretOf(identity)
    const isKnown = isProof(proof, secret ?? nobodysSecret, nonce, identity) && secret !== null
    if (isKnown) {
      stranger.known()
      end(frame.header)
    } else refuse(`${identity} did not prove that it is ${identity}`)
  }
  const gone = () => end(null)
  const stranger = strangers.add(socket, bytes, refuse)
  socket.on('message', hear)
  socket.on('close', gone)
  socket.send(formatFrame({ t: 'challenge', nonce }))
}
