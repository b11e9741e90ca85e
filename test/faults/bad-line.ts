import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { below, type Chance, isLikely } from './chance.ts'

/** What becomes of requests and connections to a venue; each a share of them. */
export type Faults = {
  /** Never arrives. */
  readonly lostAsked: number
  /** Seems lost at once, and arrives up to `lateMs` later. */
  readonly late: number
  readonly lateMs: number
  /** Arrives, and its answer does not. */
  readonly lostAnswer: number
  /** Arrives, and is answered with a 503. */
  readonly unavailable: number
  /** Arrives so much later at most. */
  readonly delayMs: number
  /** Only what submits an order meets this. */
  readonly isOfOrders?: true
}

export const calm: Faults = { lostAsked: 0, late: 0, lateMs: 0, lostAnswer: 0, unavailable: 0, delayMs: 0 }

/** Only submissions are lost, or come when they are thought to be: within the window of 450 ms, or behind it. */
export const lateOrders: Faults = { ...calm, lostAsked: 0.25, late: 0.5, lateMs: 600, isOfOrders: true }

const isSubmission = ({ method, url = '' }: IncomingMessage) =>
  method === 'POST' && /\/(?:algoO|o)rder(?:\?|$)/.test(url)

async function bodyOf(asked: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A line to a venue that loses, delays and cuts, by a seed. */
export async function badLine(venueUrl: string, chance: Chance) {
  const { port } = new URL(venueUrl)
  let faults = calm
  let isDown = false
  const sockets = new Set<Socket>()
  const rest = createServer(async (asked, answer) => {
    const isMet = faults.isOfOrders !== true || isSubmission(asked)
    const { lostAsked, late, lateMs, lostAnswer, unavailable, delayMs } = isMet ? faults : calm
    const [losesAsked, isLate, losesAnswer, failsAfter] = [lostAsked, late, lostAnswer, unavailable].map((share) =>
      isLikely(chance, share),
    )
    const mostMs = isLate ? lateMs : delayMs
    const waitMs = mostMs === 0 ? 0 : below(chance, mostMs)
    if (isDown || losesAsked) return void asked.socket.destroy()
    const { method, url: path, headers } = asked
    const body = await bodyOf(asked)
    if (isLate) asked.socket.destroy()
    if (waitMs > 0) await sleep(waitMs)
    const onward = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, host: 'venue' } },
      (response) => {
        if (losesAnswer) {
          response.resume()
          asked.socket.destroy()
        } else if (failsAfter) {
          response.resume()
          answer.writeHead(503).end('Service Unavailable')
        } else {
          answer.writeHead(response.statusCode ?? 500, response.headers)
          response.pipe(answer)
        }
      },
    )
    onward.on('error', () => asked.socket.destroy())
    onward.end(body)
  })
  const stream = createTcpServer((socket) => {
    if (isDown) return void socket.destroy()
    const onward = connect(Number(port), '127.0.0.1')
    sockets.add(socket)
    socket.pipe(onward)
    onward.pipe(socket)
    const end = () => {
      socket.destroy()
      onward.destroy()
      sockets.delete(socket)
    }
    for (const one of [socket, onward]) one.on('close', end).on('error', end)
  })
  await Promise.all([rest, stream].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    restUrl: `http://127.0.0.1:${portOf(rest)}`,
    wsUrl: `ws://127.0.0.1:${portOf(stream)}/ws-api/v3`,
    set: (now: Faults) => {
      faults = now
    },
    /** Nothing gets through. */
    setDown: (down: boolean) => {
      isDown = down
      if (down) cut()
    },
    /** The account's stream is gone; it may come back. */
    cut,
    close: () => {
      cut()
      rest.closeAllConnections()
      rest.close()
      stream.close()
    },
  }
}
