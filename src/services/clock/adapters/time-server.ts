import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { listen } from '#lib/process/listen.ts'

export type TimeServer = { readonly url: string; readonly close: () => Promise<void> }

export type TimeServerOptions = {
  readonly host?: string
  readonly port: number
  /** How time goes, for who asks: `live`, `backtest`, `replay`. */
  readonly mode: string
  /** The newest time said, in microseconds UTC; null before the first. */
  readonly now: () => number | null
}

/**
 * Says the time to who asks: `GET /time`, and on the same port a WebSocket that answers each `{"t":"time"}`. Port 0 takes a free one.
 * Throws a UserError when the port is taken.
 */
export async function serveTime({ host = '127.0.0.1', port, mode, now }: TimeServerOptions): Promise<TimeServer> {
  const answer = (): Answer => {
    const micros = now()
    if (micros === null) return { error: notYet }
    return { now: micros, iso: isoOf(micros), mode }
  }
  const server = createServer((request, response) => serveHttp(request, response, answer))
  await listen(server, port, host)
  const sockets = new WebSocketServer({ server, maxPayload: 1_024, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('message', (bytes, isBinary) =>
      socket.send(JSON.stringify(!isBinary && isQuestion(String(bytes)) ? answer() : { error: notUnderstood })),
    )
  })
  const { port: taken } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, close }
}

type Answer = { readonly now: number; readonly iso: string; readonly mode: string } | { readonly error: string }

const notYet = 'no time was said yet'
const notUnderstood = 'not understood; ask {"t":"time"}'
const Question = z.object({ t: z.literal('time') })

function isQuestion(text: string): boolean {
  try {
    return Question.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}

function serveHttp({ method, url = '/' }: IncomingMessage, response: ServerResponse, answer: () => Answer): void {
  const say = (status: number, body: Answer) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(`${JSON.stringify(body)}\n`)
  if (url.split('?')[0] !== '/time') say(404, { error: 'there is /time only' })
  else if (method !== 'GET' && method !== 'HEAD') say(405, { error: 'GET only' })
  else {
    const body = answer()
    say('error' in body ? 503 : 200, body)
  }
}

/** `2026-11-24T12:30:00.123456Z` */
function isoOf(micros: number): string {
  const inMs = String(micros % 1_000).padStart(3, '0')
  return `${new Date(Math.floor(micros / 1_000)).toISOString().slice(0, -1)}${inMs}Z`
}
