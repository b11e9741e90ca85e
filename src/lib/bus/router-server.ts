import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { listen } from '#lib/process/listen.ts'
import { frameBytesMost } from './frame.ts'
import type { LogPort } from './log-port.ts'
import { prometheusText } from './prometheus-text.ts'
import type { Router } from './router.ts'
import { handshakeLimits, handshakeWithinMs, limitHandshakes } from './strangers.ts'
import { Turnstile } from './turnstile.ts'

export type RouterServer = { readonly url: string; close(): Promise<void> }

export type RouterServerOptions = {
  readonly host: string
  readonly port: number
  readonly isLockstep: boolean
  readonly heartbeatMs: number
  readonly log: LogPort
  /** The router's certificate and key (PEM); null is for this machine alone. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** What opens `/status` and `/metrics` from beyond this machine. */
  readonly metricsSecret: string | null
}

const rateEveryMs = 1_000
const metricsEveryMs = 10_000
const connectionsMost = 256
const logAnswersWithinMs = 1_000

/** Serves a router on one port: its WebSocket, `/status`, `/metrics`, `/healthz` and `/readyz`. */
export async function serveRouter(router: Router, options: RouterServerOptions): Promise<RouterServer> {
  const { host, port, isLockstep, heartbeatMs, log, tls, metricsSecret } = options
  let rate = { committed: 0, atMs: performance.now(), perSecond: 0 }
  const isReady = readiness(log)
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'GET' || request.headers.origin !== undefined) return send(response, 404)
    if (request.url === '/healthz') return send(response, 200, 'ok\n')
    if (request.url === '/readyz') return (await isReady()) ? send(response, 200, 'ok\n') : send(response, 503)
    if (!isLocal(request) && !hasSecret(request, metricsSecret)) return send(response, 404)
    const status = router.status()
    if (request.url === '/status') {
      const text = JSON.stringify({ ...status, eventsPerSecond: rate.perSecond, lockstep: isLockstep })
      return send(response, 200, `${text}\n`, 'application/json')
    }
    if (request.url !== '/metrics') return send(response, 404)
    const { frames, refused, fellBehind } = router.measures
    const rssBytes = process.memoryUsage.rss()
    const figures = { ...status, frames, refused, fellBehind, rssBytes, hops: router.measures.hops() }
    return send(response, 200, prometheusText(figures), 'text/plain; version=0.0.4')
  }
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response)
  const server: Server =
    tls === null
      ? createServer(handshakeLimits, listener)
      : createTlsServer({ ...handshakeLimits, ...tls, handshakeTimeout: handshakeWithinMs }, listener)
  server.maxConnections = 2 * connectionsMost
  limitHandshakes(server)
  await listen(server, port, host)
  const turnstile = new Turnstile()
  const sockets = new WebSocketServer({
    server,
    maxPayload: frameBytesMost,
    perMessageDeflate: false,
    verifyClient: ({ req }, done) => {
      const { all, unknown } = router.connections
      // A page of the web has no business here; whoever has a secret is no browser.
      if (req.headers.origin !== undefined) done(false, 403)
      else if (all - unknown >= connectionsMost) done(false, 503)
      else if (!turnstile.take({ isGone: () => req.socket.destroyed, enter: () => done(true) })) done(false, 503)
    },
  })
  sockets.on('connection', (socket, request) => router.accept(socket, request.socket))
  const timers = [
    setInterval(() => router.beat(), heartbeatMs),
    setInterval(() => router.sayMetrics(), metricsEveryMs),
    setInterval(() => {
      const { committed } = router.status()
      const atMs = performance.now()
      const perSecond = Math.round(((committed - rate.committed) * 1_000) / (atMs - rate.atMs))
      rate = { committed, atMs, perSecond }
    }, rateEveryMs),
  ]
  return {
    url: `${tls === null ? 'ws' : 'wss'}://${nameOf(host)}:${(server.address() as AddressInfo).port}`,
    async close() {
      timers.forEach(clearInterval)
      router.measures.close()
      for (const socket of sockets.clients) socket.close(1001)
      server.close()
      await sleep(50)
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
    },
  }
}

/** Where who is on this machine finds it: all addresses are none to ask for. */
function nameOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (/^[0:]+$/.test(host)) return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** Does the name or address stand for this machine alone? */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(host)

/** From this machine, and for it: a page whose name leads here asks for that name, which no certificate has. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return isLoopback(socket.remoteAddress ?? '') && ('encrypted' in socket || isLoopback(name))
}

function hasSecret({ headers }: IncomingMessage, secret: string | null): boolean {
  if (secret === null) return false
  const given = Buffer.from(headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${secret}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Whether the log answers: asked once for all who want to know it at one time. */
function readiness(log: LogPort): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null
  const ask = async () => {
    const answered = log.state().then(
      () => true,
      () => false,
    )
    const isReady = await Promise.race([answered, sleep(logAnswersWithinMs, false, { ref: false })])
    asked = null
    return isReady
  }
  return () => {
    asked ??= ask()
    return asked
  }
}

function send(response: ServerResponse, code: number, body = '', type = 'text/plain'): void {
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
