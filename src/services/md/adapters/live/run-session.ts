import { WebSocket } from 'ws'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { Answered } from '#lib/time/honour-limit.ts'
import { retryAfterMs } from '#lib/time/retry-after.ts'
import { fetchText } from './fetch-text.ts'
import type { Answer, ConnectionPlan } from './live-venue.ts'
import { startSession } from './session.ts'
import type { SessionAct, SessionInput, SessionOptions } from './session-wire.ts'

const longestFrameBytes = 16 << 20
/** Where so many frames come at one time, a socket is read again when all others of this process had their turn: otherwise the loop reads two megabytes of it first. */
const framesAtOnce = 64

export type RunningSession = {
  list(listings: readonly Answer[]): void
  /** It carries other streams from now on. */
  follow(plan: ConnectionPlan): void
  /** Reads nothing more from its sockets until it is not paused: what the venue sends waits there, and ends when the venue has enough of it. */
  setPaused(isPaused: boolean): void
  /** What was open is told as closed. */
  close(): void
}

/** Gives a session its sockets, requests and clock. Facts come as they are told; `onNews` is called when what is listed has changed. */
export function runSession(
  options: SessionOptions,
  clock: () => number,
  take: (facts: readonly MarketFact[]) => void,
  onNews: () => void,
): RunningSession {
  const session = startSession(options)
  const sockets = new Map<number, WebSocket>()
  const stopping = new AbortController()
  let isPaused = false
  let timer: NodeJS.Timeout | null = null
  let timerAt = 0
  let dueAt = 0

  const hear = (input: SessionInput) => {
    if (stopping.signal.aborted) return
    const { facts, acts, wakeAt } = session(input)
    take(facts)
    for (const act of acts) perform(act)
    // What comes puts the next tick off: a timer that is due earlier looks again then.
    if (timer === null || wakeAt < timerAt) wake(wakeAt)
    else dueAt = wakeAt
  }

  function wake(at: number): void {
    if (timer !== null) clearTimeout(timer)
    dueAt = at
    const now = clock()
    timerAt = Math.min(Math.max(now + 1_000, at), now + 60_000_000)
    timer = setTimeout(
      () => {
        timer = null
        if (clock() < dueAt) wake(dueAt)
        else hear({ kind: 'tick', at: clock() })
      },
      (timerAt - now) / 1000,
    )
  }

  function perform(act: SessionAct) {
    switch (act.kind) {
      case 'connect':
        return connect(act.socket, act.url)
      case 'send':
        return sockets.get(act.socket)?.send(act.text)
      case 'ping':
        return sockets.get(act.socket)?.ping()
      case 'close':
        sockets.get(act.socket)?.terminate()
        sockets.delete(act.socket)
        return
      case 'relist':
        return onNews()
      case 'get':
        void fetchText(act.url, options.venue.usedHeader, stopping.signal).then((outcome) =>
          hear({ kind: 'answered', at: clock(), id: act.id, ...outcome }),
        )
    }
  }

  function connect(socket: number, url: string): void {
    const webSocket = new WebSocket(url, { perMessageDeflate: false, maxPayload: longestFrameBytes })
    sockets.set(socket, webSocket)
    let reason = 'the connection ended'
    let refused: Answered | undefined
    webSocket.on('open', () => {
      hear({ kind: 'opened', at: clock(), socket })
      if (isPaused) webSocket.pause()
    })
    let frames = 0
    const nextTurn = () => {
      frames = 0
      if (!isPaused && webSocket.isPaused) webSocket.resume()
    }
    webSocket.on('message', (bytes) => {
      frames++
      if (frames === 1) setImmediate(nextTurn)
      else if (frames === framesAtOnce) webSocket.pause()
      hear({ kind: 'frame', at: clock(), socket, text: bytes.toString() })
    })
    webSocket.on('ping', () => hear({ kind: 'alive', at: clock(), socket }))
    webSocket.on('pong', () => hear({ kind: 'alive', at: clock(), socket }))
    webSocket.on('unexpected-response', (_, { statusCode = 0, headers }) => {
      refused = { status: statusCode, retryAfterMs: retryAfterMs(headers['retry-after'] ?? null) }
      webSocket.terminate()
    })
    webSocket.on('error', ({ message }) => {
      reason = refused === undefined ? message : `the handshake is answered with ${refused.status}`
    })
    webSocket.on('close', (code, text) => {
      sockets.delete(socket)
      const why = `${reason} (${code}${text.length > 0 ? ` ${text}` : ''})`
      hear({ kind: 'closed', at: clock(), socket, reason: why, ...(refused === undefined ? {} : { refused }) })
    })
  }

  hear({ kind: 'start', at: clock() })
  return {
    setPaused(isWanted) {
      isPaused = isWanted
      for (const webSocket of sockets.values())
        if (isPaused) webSocket.pause()
        else webSocket.resume()
    },
    list: (listings) => hear({ kind: 'listed', at: clock(), listings }),
    follow: (plan) => hear({ kind: 'planned', at: clock(), plan }),
    close() {
      hear({ kind: 'stop', at: clock() })
      stopping.abort()
      if (timer !== null) clearTimeout(timer)
      for (const webSocket of sockets.values()) webSocket.terminate()
    },
  }
}
