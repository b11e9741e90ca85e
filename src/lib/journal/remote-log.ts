import { WebSocket } from 'ws'
import { proofOf } from '#lib/bus/auth.ts'
import { Heartbeat } from '#lib/bus/heartbeat.ts'
import type { AppendResult, LogPort, LogState, ReadRequest, ReadResult, Run } from '#lib/bus/log-port.ts'
import {
  type FromLog,
  frameBytesMost,
  frameOf,
  openFromLog,
  type ToLog,
  unpackResults,
} from '#lib/journal/log-frames.ts'

export type RemoteLogOptions = {
  readonly url: string
  /** The router's. */
  readonly secret: string
  /** The connection is gone; what was asked and not answered is rejected. Connecting again is the caller's business. */
  readonly onClose?: (reason: string) => void
  /** A log from which nothing comes for five of them is gone. */
  readonly heartbeatMs?: number
}

const answersWithinMs = 5_000

/** Connects to a log process. Rejects when it is not there or refuses. */
export function openRemoteLog(options: RemoteLogOptions): Promise<RemoteLog> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(options.url, {
      maxPayload: frameBytesMost,
      perMessageDeflate: false,
      handshakeTimeout: answersWithinMs,
      // The other end is our own log: there is nobody between who would take this for HTTP.
      generateMask: (mask) => void mask.fill(0),
    })
    let log: RemoteLog | null = null
    let reason = 'the connection to the log is closed'
    const heartbeat = new Heartbeat(socket)
    const beats = setInterval(() => heartbeat.beat(), options.heartbeatMs ?? 2_000)
    const late = setTimeout(() => socket.terminate(), answersWithinMs)
    socket.on('error', (error) => {
      reason = `the log at ${options.url}: ${error.message}`
    })
    socket.on('close', () => {
      clearInterval(beats)
      clearTimeout(late)
      if (log === null) reject(new Error(reason))
      else {
        log.lost(reason)
        options.onClose?.(reason)
      }
    })
    socket.on('message', (bytes) => {
      heartbeat.heard()
      try {
        const { header, lines } = openFromLog(bytes.toString())
        if (header.t === 'challenge')
          socket.send(
            frameOf({
              t: 'hello',
              protocol: 1,
              identity: 'router',
              proof: proofOf(options.secret, header.nonce, 'router'),
            }),
          )
        else if (header.t === 'refused')
          reason =
            log === null
              ? `the log at ${options.url} refused this router: its secret is another one`
              : `the log refused: ${header.reason}`
        else if (header.t === 'welcome') {
          clearTimeout(late)
          log = new RemoteLog(socket)
          resolve(log)
        } else if (log === null) throw new Error(`${header.t} before welcome`)
        else log.hear(header, lines)
      } catch (error) {
        reason = `the log said what is not understood: ${(error as Error).message}`
        socket.terminate()
      }
    })
  })
}

type Answer = { readonly header: Extract<FromLog, { k: number }>; readonly lines: readonly string[] }
type Asked = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }

/** A log in another process. Appends are sent without waiting for those before. */
export class RemoteLog implements LogPort {
  readonly #socket: WebSocket
  readonly #asked = new Map<number, Asked>()
  #nextK = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  async state(): Promise<LogState> {
    const { header } = await this.#ask((k) => ({ t: 'state', k }))
    if (header.t !== 'state') throw unexpected(header)
    const { run, runId, head, marks, durability, diskUsedPercent } = header
    return { run, runId, head, marks, durability, diskUsedPercent }
  }

  async append(groups: readonly (readonly string[])[], runs?: readonly Run[]): Promise<readonly AppendResult[]> {
    const sizes = groups.map(({ length }) => length)
    const bodies = sizes.every((size) => size === 1) ? groups.map(([body]) => body as string) : groups.flat()
    const { header } = await this.#ask((k) => ({ t: 'append', k, groups: sizes, runs }), bodies)
    if (header.t !== 'appended') throw unexpected(header)
    return unpackResults(sizes, header)
  }

  async read({ from, maxBytes, topics }: ReadRequest): Promise<ReadResult> {
    const asked = topics === undefined ? undefined : [...topics]
    const { header, lines } = await this.#ask((k) => ({ t: 'read', k, from, maxBytes, topics: asked }))
    if (header.t !== 'events') throw unexpected(header)
    const { from: first, to, firstKept, damage } = header
    const rest = { ...(firstKept === undefined ? {} : { firstKept }), ...(damage === undefined ? {} : { damage }) }
    return { from: first, to, lines, ...rest }
  }

  /** Ends the connection; the log goes on. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve())
      this.#socket.close()
    })
  }

  hear(header: Exclude<FromLog, { t: 'challenge' | 'welcome' | 'refused' }>, lines: readonly string[]): void {
    const asked = this.#asked.get(header.k)
    if (asked === undefined) throw new Error(`an answer to ${header.k}, which was not asked`)
    this.#asked.delete(header.k)
    if (header.t === 'failed') asked.reject(new Error(header.reason))
    else asked.resolve({ header, lines })
  }

  lost(reason: string): void {
    for (const { reject } of this.#asked.values()) reject(new Error(reason))
    this.#asked.clear()
  }

  #ask(headerOf: (k: number) => ToLog, lines: readonly string[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new Error('the connection to the log is closed'))
      const text = frameOf(headerOf(++this.#nextK), lines)
      this.#asked.set(this.#nextK, { resolve, reject })
      this.#socket.send(text)
    })
  }
}

const unexpected = (header: FromLog): Error => new Error(`the log answered with ${header.t}, which does not fit`)
