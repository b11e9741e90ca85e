import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { BoxAct, ExchangeBox, Fault } from './exchange-box.ts'

export type BoxServer = {
  readonly wsUrl: string
  readonly restUrl: string
  /** Plays the next frame, with what is done to it. */
  step(fault: Fault | null): void
  readonly connections: () => number
  close(): Promise<void>
}

/** What of a box meets clients. */
export type Served = Pick<ExchangeBox, 'opened' | 'closed' | 'heard' | 'asked' | 'step'>

/** The box behind real sockets, on a free port of this machine. */
export async function serveBox(box: Served): Promise<BoxServer> {
  const http = createServer((request, response) => {
    const answer = box.asked(request.url ?? '')
    if (answer === null) return
    const { status, text, retryAfter } = answer
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
    response.end(text)
  })
  const server = new WebSocketServer({ server: http })
  const sockets = new Map<number, WebSocket>()
  let newest = 0
  server.on('connection', (socket, { url }) => {
    const number = ++newest
    sockets.set(number, socket)
    box.opened(number, url)
    socket.on('message', (bytes) => perform(box.heard(number, bytes.toString())))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      sockets.delete(number)
      box.closed(number)
    })
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  const { port } = http.address() as AddressInfo

  function perform(acts: readonly BoxAct[]): void {
    for (const act of acts) {
      const socket = sockets.get(act.socket)
      if (act.kind === 'frame') socket?.send(act.text)
      else if (act.kind === 'close') socket?.close(1001, 'going away')
      else socket?.terminate()
    }
  }

  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    restUrl: `http://127.0.0.1:${port}`,
    step: (fault) => perform(box.step(fault)),
    connections: () => sockets.size,
    close() {
      for (const socket of sockets.values()) socket.terminate()
      http.closeAllConnections()
      return new Promise((resolve) => {
        server.close(() => http.close(() => resolve()))
      })
    },
  }
}
