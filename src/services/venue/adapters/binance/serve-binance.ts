import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { handshakeLimits } from '#lib/bus/strangers.ts'
import { listen } from '#lib/process/listen.ts'
import type { Fact } from '#schemas/event.ts'
import type { VenueConfig } from '#services/venue/venue-config.ts'
import { BinanceFault, fault } from './binance-fault.ts'
import { limitStrangers } from './limit-strangers.ts'
import { ListenKey } from './listen-key.ts'
import { type RateLimit, RateLimits, spotLimits } from './rate-limits.ts'
import { type ApiKey, checkKey, checkSignature } from './request-auth.ts'
import { bodyOf, longestBody } from './request-body.ts'
import { checkNames, paramsIn } from './request-params.ts'
import { routes, type Served } from './rest-routes.ts'
import { keepPulse } from './served-socket.ts'
import { ServedVenue } from './served-venue.ts'
import { StreamHub } from './stream-hub.ts'
import { WebSocketApi } from './web-socket-api.ts'

export type BinanceServer = {
  readonly url: string
  readonly venue: ServedVenue
  /** A fact of the market, in order of time. */
  readonly hear: (fact: Fact) => void
  readonly close: () => Promise<void>
}

export type BinanceServerOptions = {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  readonly key: ApiKey
  readonly config: Omit<VenueConfig, 'currency'>
  readonly balances: Readonly<Record<string, string>>
  readonly nowMs: () => number
  /** Of orders and trades; 1 where none is said. */
  readonly firstId?: number | undefined
  /** Binance's where none are said. */
  readonly limits?: readonly RateLimit[] | undefined
}

const socketsMost = 4_096
const local = 'http://localhost'
const webSocketApiPath = '/ws-api/v3'
const connectionWeight = 2

/** The simulated venue over Binance's Spot REST API and WebSocket streams, on one port. Throws a UserError when it is taken. */
export async function serveBinance(options: BinanceServerOptions): Promise<BinanceServer> {
  const { host = '127.0.0.1', port, config, balances, nowMs, firstId = 1 } = options
  const limits = new RateLimits(options.limits ?? spotLimits, nowMs)
  const tellUser = (frame: object) => {
    if (isFirstTrade(frame)) limits.traded()
    hub.tellUser(frame)
    api.tellUser(frame)
  }
  const venue = new ServedVenue({ config, balances, nowMs, firstId, onUserFrame: tellUser })
  const served: Served = { venue, limits, nowMs, listenKey: new ListenKey(nowMs) }
  const hub: StreamHub = new StreamHub(served)
  const api: WebSocketApi = new WebSocketApi(served, options.key)
  const server = createServer(handshakeLimits, (request, response) => void serve(served, options, request, response))
  limitStrangers(server)
  await listen(server, port, host)
  const sockets = new WebSocketServer({
    server,
    maxPayload: longestBody,
    perMessageDeflate: false,
    verifyClient: ({ req }, done) => {
      if (sockets.clients.size >= socketsMost) return done(false, 503)
      try {
        if (req.url === webSocketApiPath) limits.ask(addressOf(req), connectionWeight)
        done(true)
      } catch (error) {
        if (!(error instanceof BinanceFault)) throw error
        done(false, error.status, error.message, retryHeader(error, nowMs()))
      }
    },
  })
  const stopPulse = keepPulse(sockets)
  sockets.on('connection', (socket, request) => {
    const { url = '/' } = request
    if (url === webSocketApiPath) api.join(socket, addressOf(request))
    else if (!URL.canParse(url, local) || !hub.join(socket, new URL(url, local)))
      socket.close(1008, 'there is no such stream')
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    venue,
    hear: (fact) => {
      venue.hear(fact)
      hub.hear(fact)
    },
    close: () =>
      new Promise<void>((resolve) => {
        stopPulse()
        hub.close()
        for (const socket of sockets.clients) socket.terminate()
        sockets.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  served: Served,
  { key, nowMs }: BinanceServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = addressOf(request)
  const say = (status: number, body: unknown, limited: Record<string, string>) => {
    // Of who sends more than is read nothing more is read.
    const more = status === 413 ? { connection: 'close' } : {}
    const headers = {
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-store',
      ...more,
      ...limited,
    }
    response.writeHead(status, headers).end(JSON.stringify(body))
  }
  try {
    const body = await bodyOf(request)
    const [path = '/', query = ''] = (request.url ?? '/').split('?')
    const route = routes[`${request.method} ${path}`]
    served.limits.ask(address, route?.weight(new URLSearchParams(`${query}&${body}`)) ?? 1)
    if (route === undefined) throw fault.notFound()
    if (route.security !== 'none') checkKey(request.headers['x-mbx-apikey'] as string | undefined, key)
    const params = paramsIn(query, body)
    if (route.security === 'signed') checkSignature(query, body, params, key, nowMs())
    checkNames(params, route.params)
    const answer = route.answer(served, params)
    say(200, answer, served.limits.headers(address, route.isOrder))
  } catch (error) {
    // Who went away within the request is told nothing.
    if (request.destroyed && !request.complete) return
    if (!(error instanceof BinanceFault)) {
      say(500, { code: -1000, msg: 'An unknown error occurred while processing the request.' }, {})
      throw error
    }
    say(error.status, error.body, { ...served.limits.headers(address, false), ...retryHeader(error, nowMs()) })
  }
}

const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? ''

function retryHeader({ retryAt }: BinanceFault, nowMs: number): Record<string, string> {
  return retryAt === null ? {} : { 'Retry-After': String(Math.ceil((retryAt - nowMs) / 1_000)) }
}

/** Is it the account's frame of the first trade of an order? */
function isFirstTrade(frame: object): boolean {
  const { e, x, l, z } = frame as Readonly<Record<string, unknown>>
  return e === 'executionReport' && x === 'TRADE' && l === z
}
