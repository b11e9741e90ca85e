import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { frameBytesMost } from './frame.ts'
import type { Router } from './router.ts'

export type RouterServer = { readonly url: string; close(): Promise<void> }

const pingEveryMs = 2_000
const rateEveryMs = 1_000

/** Serves a router: its WebSocket, and `GET /status` as JSON, on one port. */
export async function serveRouter(
  router: Router,
  { host, port, isLockstep }: { host: string; port: number; isLockstep: boolean },
): Promise<RouterServer> {
  let rate = { committed: 0, atMs: performance.now(), perSecond: 0 }
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/status') {
      response.writeHead(404).end()
      return
    }
    const status = { ...router.status(), eventsPerSecond: rate.perSecond, lockstep: isLockstep }
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(status)}\n`)
  })
  // A page of the web has no business here; whoever has a secret is no browser.
  const sockets = new WebSocketServer({
    server,
    maxPayload: frameBytesMost,
    perMessageDeflate: false,
    verifyClient: ({ req }: { req: { headers: { origin?: string } } }) => req.headers.origin === undefined,
  })
  sockets.on('connection', (socket) => router.accept(socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const pings = setInterval(() => router.pingAll(), pingEveryMs)
  const rates = setInterval(() => {
    const committed = router.status().committed as number
    const atMs = performance.now()
    const perSecond = Math.round(((committed - rate.committed) * 1_000) / (atMs - rate.atMs))
    rate = { committed, atMs, perSecond }
  }, rateEveryMs)
  return {
    url: `ws://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      clearInterval(pings)
      clearInterval(rates)
      for (const socket of sockets.clients) socket.close(1001)
      server.close()
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}
