import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { sayWaiting } from '#lib/process/say-waiting.ts'
import { proofOf } from './auth.ts'
import { type ClientHeader, formatFrame, frameBytesMost, isCount, protocol, ServerHeader, splitFrame } from './frame.ts'
import { Heartbeat } from './heartbeat.ts'
import { isTlsFault } from './trusted-ca.ts'

export type Welcome = Extract<ServerHeader, { t: 'welcome' }>
export type Wish = Pick<Extract<ClientHeader, { t: 'hello' }>, 'from' | 'topics' | 'isService'>

export type ConnectionOptions = {
  readonly url: string
  readonly identity: string
  readonly secret: string
  /** For `wss:` the certificate (PEM) of the CA that is trusted, and no other. */
  readonly ca?: string | undefined
  /** What to ask for, now: called at every connection. */
  readonly wish: () => Wish
  readonly onWelcome: (welcome: Welcome) => void
  readonly onEvents?: (from: number, to: number, lines: readonly string[]) => void
  readonly onAck?: (through: number, repeats: readonly number[]) => void
  /** The router does not take this, the group of that number where it is one: the client stops. */
  readonly onRefused: (reason: string, k: number | null) => void
  /** The connection is gone, or could not be made. */
  readonly onLost?: () => void
  /** Comes back when the router does; on unless said otherwise. */
  readonly comesBack?: boolean
}

type Events = { readonly from: number; readonly to: number; readonly lines: readonly string[]; readonly size: number }

/** Taken in without a word to the router; far less than what it lets a consumer have. */
const silentSize = 256 << 10
const connectWithinMs = 10_000
/** What the log says where it has no space. */
export const diskFull = 'disk_full'
/** It is asked again so often whether there is. */
export const spaceEveryMs = 1_000

/** What a client sends needs no mask against proxies that would take it for HTTP: the other end is our own router. */
const noMask = (mask: Buffer) => void mask.fill(0)

/** Null where it is no frame of a router. */
function readServerFrame(text: string): { header: ServerHeader; lines: readonly string[] } | null {
  try {
    const { header, lines } = splitFrame(text)
    // The two headers that come thousands of times a second are looked at by hand.
    if (isEventsOrAck(header)) return { header, lines }
    const checked = ServerHeader.safeParse(header)
    return checked.success ? { header: checked.data, lines } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isEventsOrAck(json: unknown): json is Extract<ServerHeader, { t: 'events' | 'ack' }> {
  const { t, from, to, through, repeats } = (json ?? {}) as { readonly [field in string]?: unknown }
  if (t === 'ack') return isCount(through) && repeats === undefined
  return t === 'events' && isCount(from) && from > 0 && isCount(to)
}

/** A client's line to the router: authenticates, and comes back by itself when the router does. */
export class Connection {
  readonly #options: ConnectionOptions
  #socket: WebSocket | null = null
  #welcome: Welcome | null = null
  #isClosed = false
  #attempts = 0
  #fault: string | null = null
  /** The log had no space for the newest that was said. */
  #isFull = false
  #isPaused = false
  /** What came while it was paused. */
  #held: Events[] = []
  #untold = 0
  #hasCome: () => void = () => undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#sayWaiting()
    this.#connect()
  }

  get isOpen(): boolean {
    return this.#welcome !== null
  }

  /** What may be unacknowledged; nothing without a connection. */
  get credit(): Welcome['credit'] {
    return this.#welcome?.credit ?? { groups: 0, bytes: 0 }
  }

  /** Sends a frame; without a connection it is dropped: an outbox sends again after the welcome. */
  send(header: ClientHeader, lines: readonly string[] = []): void {
    if (this.#welcome !== null) this.#socket?.send(formatFrame(header, lines))
  }

  /** Takes in no more events until `resume`; acknowledgements go on, and the router stops when enough is on the way. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#takeHeld()
  }

  /** Ends this connection: the next one has another wish. */
  renew(): void {
    this.#socket?.terminate()
  }

  /** Says goodbye; what was sent before arrives. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#hasCome()
    const socket = this.#socket
    if (socket === null || socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await Promise.race([closed, sleep(1_000, undefined, { ref: false })])
    socket.terminate()
  }

  #sayWaiting(): void {
    if (this.#options.comesBack !== false) this.#hasCome = sayWaiting(`the router at ${this.#options.url}`)
  }

  /** A router that is away comes back; one that is full, or that its certificate does not vouch for, is for a person. Once. */
  #sayFault(message: string): void {
    const isForPerson = message.startsWith('Unexpected server response') || isTlsFault(message)
    if (message === this.#fault || !isForPerson) return
    this.#fault = message
    process.stderr.write(`the router at ${this.#options.url}: ${message}\n`)
  }

  #connect(): void {
    const { url, ca } = this.#options
    const socket = new WebSocket(url, {
      maxPayload: frameBytesMost * 4,
      perMessageDeflate: false,
      handshakeTimeout: connectWithinMs,
      generateMask: noMask,
      ...(ca === undefined ? {} : { ca }),
    })
    this.#socket = socket
    const heartbeat = new Heartbeat(socket)
    // Until the welcome says how often something comes.
    let beats = setInterval(() => heartbeat.beat(), connectWithinMs / 5)
    socket.on('message', (data) => {
      if (socket.readyState !== WebSocket.OPEN) return
      heartbeat.heard()
      const welcome = this.#hear(socket, String(data))
      if (welcome === null) return
      clearInterval(beats)
      beats = setInterval(() => heartbeat.beat(), welcome.heartbeatMs)
    })
    socket.on('error', ({ message }) => {
      this.#sayFault(message)
      socket.terminate()
    })
    socket.on('close', () => {
      clearInterval(beats)
      void this.#lost(socket)
    })
  }

  #hear(socket: WebSocket, text: string): Welcome | null {
    const frame = readServerFrame(text)
    if (frame === null) {
      socket.terminate()
      this.#options.onRefused(
        `at ${this.#options.url} something speaks that is no router (the log has a port of its own)`,
        null,
      )
      return null
    }
    const { header, lines } = frame
    switch (header.t) {
      case 'challenge': {
        const { identity, secret, wish } = this.#options
        const proof = proofOf(secret, header.nonce, identity)
        socket.send(formatFrame({ t: 'hello', protocol, identity, proof, ...wish() }))
        return null
      }
      case 'welcome':
        this.#welcome = header
        this.#attempts = 0
        this.#hasCome()
        this.#options.onWelcome(header)
        return header
      case 'events':
        this.#held.push({ from: header.from, to: header.to, lines, size: text.length })
        this.#takeHeld()
        return null
      case 'ack':
        this.#isFull = false
        this.#options.onAck?.(header.through, header.repeats ?? [])
        return null
      case 'refused':
        if (header.reason === diskFull && this.#options.comesBack !== false) this.#waitForSpace(socket)
        else this.#options.onRefused(header.reason, header.k)
        return null
    }
  }

  /** What it said is not in the log for want of space: it says it again when there is some, and is there for what comes then. */
  #waitForSpace(socket: WebSocket): void {
    if (!this.#isFull)
      process.stderr.write(`the disk of the log is full: what ${this.#options.identity} says waits for space\n`)
    this.#isFull = true
    socket.terminate()
  }

  #takeHeld(): void {
    while (!this.#isPaused) {
      const events = this.#held.shift()
      if (events === undefined) return
      this.#options.onEvents?.(events.from, events.to, events.lines)
      this.#untold += events.size
      if (this.#untold < silentSize) continue
      this.#untold = 0
      this.send({ t: 'heard', seq: events.to })
    }
  }

  async #lost(socket: WebSocket): Promise<void> {
    if (this.#socket !== socket) return
    const { comesBack = true, onLost } = this.#options
    const wasWelcome = this.#welcome !== null
    this.#welcome = null
    this.#held = []
    this.#untold = 0
    if (wasWelcome || !comesBack) onLost?.()
    if (this.#isClosed || !comesBack) return
    if (wasWelcome) this.#sayWaiting()
    await sleep(this.#isFull ? spaceEveryMs : Math.min(1_000, 20 * 2 ** Math.min(this.#attempts++, 6)))
    if (!this.#isClosed) this.#connect()
  }
}
