import type { RawData, WebSocket } from 'ws'
import { BinanceFault, fault } from './binance-fault.ts'
import { type ApiKey, checkKey, checkSignature } from './request-auth.ts'
import { checkNames } from './request-params.ts'
import { routes, type Served } from './rest-routes.ts'
import { sendFrame } from './served-socket.ts'

type Subscription = { readonly socket: WebSocket; readonly id: number }

/** Binance's WebSocket API: requests of the REST API by name, and the account's stream on the same connection. */
export class WebSocketApi {
  readonly #served: Served
  readonly #key: ApiKey
  readonly #subscriptions = new Set<Subscription>()
  #opened = 0

  constructor(served: Served, key: ApiKey) {
    this.#served = served
    this.#key = key
  }

  join(socket: WebSocket, address: string): void {
    socket.on('close', () => this.#leave(socket))
    socket.on('message', (bytes, isBinary) => {
      // A subscription's own answer comes before its first frame.
      const answer = this.#answer(socket, address, isBinary ? '' : String(bytes as RawData))
      sendFrame(socket, answer)
    })
  }

  /** A frame of the account, to every subscription. */
  tellUser(event: object): void {
    for (const { socket, id } of this.#subscriptions) sendFrame(socket, { subscriptionId: id, event })
  }

  #leave(socket: WebSocket): void {
    for (const one of this.#subscriptions) if (one.socket === socket) this.#subscriptions.delete(one)
  }

  #answer(socket: WebSocket, address: string, text: string): object {
    const { limits, nowMs } = this.#served
    let id: unknown = null
    let isTold = true
    const told = (isOrder: boolean) => (isTold ? { rateLimits: limits.used(address, isOrder) } : {})
    try {
      const asked = requestIn(text)
      id = asked.id
      isTold = asked.params.get('returnRateLimits') !== 'false'
      const route = routes[methods[asked.method] ?? '']
      limits.ask(address, route?.weight(new URLSearchParams([...asked.params])) ?? subscriptionWeight)
      const result = this.#result(socket, asked.method, asked.params)
      return { id, status: 200, result, ...told(route?.isOrder ?? false) }
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      const { status, body, retryAt } = error
      const retry = retryAt === null ? {} : { data: { serverTime: nowMs(), retryAfter: retryAt } }
      return { id, status, error: { ...body, ...retry }, ...told(false) }
    }
  }

  #result(socket: WebSocket, method: string, params: Map<string, string>): unknown {
    if (method === 'userDataStream.subscribe.signature') {
      this.#check(params)
      checkNames(params, namesOf(signedNames))
      const subscription = { socket, id: this.#opened++ }
      this.#subscriptions.add(subscription)
      return { subscriptionId: subscription.id }
    }
    if (method === 'userDataStream.unsubscribe') {
      checkNames(params, namesOf(['subscriptionId']))
      const wanted = params.get('subscriptionId')
      for (const one of this.#subscriptions)
        if (one.socket === socket && (wanted === undefined || wanted === String(one.id)))
          this.#subscriptions.delete(one)
      return {}
    }
    const route = routes[methods[method] ?? '']
    if (route === undefined) throw fault.notFound()
    if (route.security === 'signed') this.#check(params)
    checkNames(params, namesOf(route.security === 'none' ? route.params : [...route.params, 'apiKey']))
    return route.answer(this.#served, params)
  }

  /** Signed over the parameters in the order of their names (WebSocket API, "SIGNED request security"). */
  #check(params: Map<string, string>): void {
    checkKey(params.get('apiKey'), this.#key)
    const sorted = [...params].filter(([name]) => name !== 'signature').sort(([a], [b]) => (a < b ? -1 : 1))
    const payload = sorted.map(([name, value]) => `${name}=${value}`).join('&')
    checkSignature(payload, '', params, this.#key, this.#served.nowMs())
  }
}

const subscriptionWeight = 2

const signedNames = ['apiKey', 'timestamp', 'recvWindow', 'signature']

/** What any request of the WebSocket API may have besides. */
const namesOf = (own: Iterable<string>): ReadonlySet<string> => new Set([...own, 'returnRateLimits'])

const methods: Readonly<Record<string, string>> = {
  ping: 'GET /api/v3/ping',
  time: 'GET /api/v3/time',
  exchangeInfo: 'GET /api/v3/exchangeInfo',
  depth: 'GET /api/v3/depth',
  'ticker.price': 'GET /api/v3/ticker/price',
  'ticker.book': 'GET /api/v3/ticker/bookTicker',
  'order.place': 'POST /api/v3/order',
  'order.test': 'POST /api/v3/order/test',
  'order.status': 'GET /api/v3/order',
  'order.cancel': 'DELETE /api/v3/order',
  'order.cancelReplace': 'POST /api/v3/order/cancelReplace',
  'order.amend.keepPriority': 'PUT /api/v3/order/amend/keepPriority',
  'openOrders.status': 'GET /api/v3/openOrders',
  'openOrders.cancelAll': 'DELETE /api/v3/openOrders',
  allOrders: 'GET /api/v3/allOrders',
  'account.status': 'GET /api/v3/account',
  myTrades: 'GET /api/v3/myTrades',
}

function requestIn(text: string): { id: unknown; method: string; params: Map<string, string> } {
  let asked: { id?: unknown; method?: unknown; params?: object | null } | null
  try {
    asked = JSON.parse(text)
  } catch {
    throw fault.json()
  }
  const { id = null, method, params } = asked ?? {}
  if (typeof method !== 'string') throw fault.mandatory('method')
  if (typeof (params ?? {}) !== 'object' || Array.isArray(params)) throw fault.json()
  const named = Object.entries(params ?? {}).map(([name, value]) => [name, textOf(name, value)] as const)
  return { id, method, params: new Map(named) }
}

/** A list, as of symbols, is the text that it is in an address. */
function textOf(name: string, value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return JSON.stringify(value)
  if (typeof value === 'object') throw fault.invalid(name)
  return String(value)
}
