import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { newNonce, proofOf } from '#lib/bus/auth.ts'
import { factBody } from '#lib/bus/bus-client.ts'
import { formatFrame, protocol } from '#lib/bus/frame.ts'
import type { LogPort } from '#lib/bus/log-port.ts'
import { Router } from '#lib/bus/router.ts'
import type { RouterOptions } from '#lib/bus/router-options.ts'
import { type RouterServerOptions, serveRouter } from '#lib/bus/router-server.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import type { Fact } from '#schemas/event.ts'

/** The same for every identity of a test. */
export const secret = newNonce()
const known = ['md', 'clock', 'venue', 'operator']

export type BusOfTest = {
  readonly url: string
  readonly router: Router
  readonly log: LogPort
  readonly said: string[]
  readonly failures: unknown[]
  close(): Promise<void>
}

/** A router that is served in this process, over a log in memory where no other is given. */
export async function openBus(
  log: LogPort = new MemoryLog(),
  more: Partial<RouterOptions> & { tls?: RouterServerOptions['tls']; metricsSecret?: string } = {},
): Promise<BusOfTest> {
  const said: string[] = []
  const failures: unknown[] = []
  const heartbeatMs = more.heartbeatMs ?? 1_000
  const router = new Router({
    log,
    state: await log.state(),
    secretOf: (identity) => (known.includes(identity) ? secret : null),
    mayRead: (identity, topic) => identity === 'operator' || (topic?.startsWith('md.') ?? false),
    lockstep: null,
    isEnded: false,
    heartbeatMs,
    isOfTree: false,
    now: () => 1_764_000_000_000_000,
    fail: (error) => void failures.push(error),
    say: (message) => void said.push(message),
    sayRefusal: (message) => void said.push(message),
    ...more,
  })
  const { tls = null, metricsSecret = null } = more
  const options = { host: '127.0.0.1', port: 0, isLockstep: false, heartbeatMs, log, tls, metricsSecret }
  const server = await serveRouter(router, options)
  return { url: server.url, router, log, said, failures, close: () => server.close() }
}

/** A trade, number n of its source's first epoch. */
export const tick = (n: number, tradeId = String(n)): Fact<'md.tick'> => ({
  topic: 'md.tick',
  at: 1_764_000_000_000_000 + n,
  epoch: 1,
  n,
  payload: { kind: 'trade', instrument: 'ACME.SIM', price: '100.5', size: '1', tradeId },
})
export const tickBody = (n: number, tradeId?: string): string => factBody('md', tick(n, tradeId))

export type Raw = { readonly socket: WebSocket; readonly frames: string[]; readonly closed: Promise<number> }

/** A connection by hand, up to the router's challenge. */
export async function openRaw(url: string, options: WebSocket.ClientOptions = {}): Promise<Raw & { nonce: string }> {
  const socket = new WebSocket(url, options)
  const frames: string[] = []
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  const challenge = await new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)))
    socket.once('unexpected-response', (_, { statusCode }) => reject(new Error(`HTTP ${statusCode}`)))
    socket.once('close', () => reject(new Error('closed')))
  })
  socket.on('message', (data) => frames.push(String(data)))
  return { socket, frames, closed, nonce: (JSON.parse(challenge) as { nonce: string }).nonce }
}

/** The hello of an identity that wants nothing, or what `more` says. */
export const helloFrame = (nonce: string, identity: string, more: object = {}): string => {
  const wish = { from: null, topics: null, isService: false }
  return formatFrame({ t: 'hello', protocol, identity, proof: proofOf(secret, nonce, identity), ...wish, ...more })
}

/** A connection by hand that is welcome. */
export async function openWelcome(url: string, identity: string, more: object = {}): Promise<Raw> {
  const raw = await openRaw(url)
  raw.socket.send(helloFrame(raw.nonce, identity, more))
  await until(() => raw.frames.length > 0)
  return raw
}

/** So many connections to a server, each with a request that does not come to its end. */
export function slowRequests(url: string, count: number): { opened(): number; close(): Promise<void> } {
  const { port, hostname } = new URL(url)
  let opened = 0
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname, () => opened++)
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: x\r\n')
    return socket
  })
  const close = async () => {
    const closed = sockets.map((socket) => socket.closed || new Promise((resolve) => socket.once('close', resolve)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  return { opened: () => opened, close }
}

export async function until(isSo: () => boolean, withinMs = 10_000): Promise<void> {
  const endsMs = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > endsMs) throw new Error('it did not come to that')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
