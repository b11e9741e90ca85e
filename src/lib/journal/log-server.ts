import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { isProof, newNonce } from '#lib/bus/auth.ts'
import { Heartbeat } from '#lib/bus/heartbeat.ts'
import type { LogPort } from '#lib/bus/log-port.ts'
import { handshakeLimits, hearNoMore, isHelloSized, limitHandshakes, Strangers } from '#lib/bus/strangers.ts'
import { Turnstile } from '#lib/bus/turnstile.ts'
import { frameBytesMost, frameOf, openToLog, packResults, readBytesMost, type ToLog } from '#lib/journal/log-frames.ts'
import { listen } from '#lib/process/listen.ts'

export type LogServerOptions = {
  readonly port: number
  readonly secret: string
  readonly onRefused?: (reason: string) => void
  /** A router from which nothing comes for five of them is gone. */
  readonly heartbeatMs?: number
}

export type LogServer = { readonly url: string; readonly close: () => Promise<void> }

const connectionsMost = 256

/** Serves a log to routers on 127.0.0.1, and to none but those who know the router's secret. Port 0 takes a free one; one that is taken is a UserError. */
export async function serveLog(
  log: LogPort,
  { port, secret, onRefused, heartbeatMs = 2_000 }: LogServerOptions,
): Promise<LogServer> {
  const http = createServer(handshakeLimits, (_, response) => response.writeHead(426).end())
  http.maxConnections = connectionsMost
  limitHandshakes(http)
  await listen(http, port, '127.0.0.1')
  const turnstile = new Turnstile()
  const server = new WebSocketServer({
    server: http,
    maxPayload: frameBytesMost,
    perMessageDeflate: false,
    // A page of the web has no business here.
    verifyClient: ({ req }, done) => {
      if (req.headers.origin !== undefined) done(false, 401)
      else if (!turnstile.take({ isGone: () => req.socket.destroyed, enter: () => done(true) })) done(false, 503)
    },
  })
  const strangers = new Strangers()
  const pulses = new Map<WebSocket, Heartbeat>()
  const beats = setInterval(() => {
    for (const pulse of pulses.values()) pulse.beat()
  }, heartbeatMs)
  let newest: WebSocket | null = null
  server.on('connection', (socket, request) => {
    const pulse = new Heartbeat(socket)
    pulses.set(socket, pulse)
    socket.on('message', () => pulse.heard())
    socket.once('close', () => pulses.delete(socket))
    serveOne(log, { socket, bytes: request.socket, strangers }, secret, onRefused, () => {
      // An older router that is stopped, or behind a broken line, may not wake up and write between the events of this one.
      newest?.terminate()
      newest = socket
    })
  })
  const close = () =>
    new Promise<void>((resolve) => {
      clearInterval(beats)
      for (const socket of server.clients) socket.terminate()
      server.close()
      http.close(() => resolve())
      http.closeAllConnections()
    })
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, close }
}

function serveOne(
  log: LogPort,
  { socket, bytes, strangers }: { socket: WebSocket; bytes: Socket; strangers: Strangers },
  secret: string,
  onRefused: ((reason: string) => void) | undefined,
  onRouter: () => void,
): void {
  const nonce = newNonce()
  let isRouter = false
  // Who has not proved to be the router learns that it is refused, and no more.
  const refuse = (code: number, why: string) => {
    onRefused?.(why)
    const frame = frameOf({ t: 'refused', reason: isRouter ? why : 'refused' })
    if (!isRouter) return stranger.refuse(frame, code)
    socket.send(frame)
    socket.close(code, 'refused')
  }
  const stranger = strangers.add(socket, bytes, (why) => refuse(4400, why))
  socket.on('error', () => hearNoMore(socket, bytes))
  socket.on('message', (bytes, isBinary) => {
    if (socket.readyState !== socket.OPEN) return
    try {
      if (!isRouter && !isHelloSized(bytes, isBinary)) return refuse(4400, 'its first frame is no hello')
      if (isBinary) throw new Error('a frame is text')
      const { header, lines } = openToLog(bytes.toString())
      if (header.t === 'hello') {
        if (isRouter) throw new Error('hello was said before')
        if (header.identity !== 'router' || !isProof(header.proof, secret, nonce, 'router'))
          return refuse(4401, `${header.identity.slice(0, 40)} has not proved to be the router`)
        isRouter = true
        stranger.known()
        onRouter()
        log.state().then(
          (state) => socket.send(frameOf({ t: 'welcome', ...state })),
          () => socket.terminate(),
        )
      } else if (!isRouter) refuse(4401, 'hello comes first')
      else
        answer(log, header, lines).then(
          (text) => socket.send(text),
          (error: Error) => socket.send(frameOf({ t: 'failed', k: header.k, reason: error.message })),
        )
    } catch (error) {
      refuse(4400, `not a frame of this protocol: ${(error as Error).message.split('\n')[0]}`)
    }
  })
  socket.send(frameOf({ t: 'challenge', nonce }))
}

async function answer(log: LogPort, header: Exclude<ToLog, { t: 'hello' }>, lines: string[]): Promise<string> {
  switch (header.t) {
    case 'append':
      return frameOf({
        t: 'appended',
        k: header.k,
        ...packResults(header.groups, await log.append(groupsOf(header.groups, lines), header.runs)),
      })
    case 'read': {
      const {
        from,
        to,
        lines: found,
        firstKept,
        damage,
      } = await log.read({
        from: header.from,
        maxBytes: Math.min(header.maxBytes, readBytesMost),
        topics: header.topics,
      })
      return frameOf({ t: 'events', k: header.k, from, to, firstKept, damage }, found)
    }
    case 'state':
      return frameOf({ t: 'state', k: header.k, ...(await log.state()) })
  }
}

/** Throws when the sizes are not those of the lines that came: whole frames or nothing. */
function groupsOf(sizes: readonly number[], lines: readonly string[]): string[][] {
  if (sizes.length === lines.length && sizes.every((size) => size === 1)) return lines.map((line) => [line])
  let at = 0
  const groups = sizes.map((size) => {
    const from = at
    at += size
    return lines.slice(from, at)
  })
  if (at !== lines.length) throw new Error(`groups of ${at} events in a frame with ${lines.length}`)
  return groups
}
