import { z } from 'zod'
import { startBudget } from '#lib/time/request-budget.ts'
import { type AccountConnection, keepAccountStream } from '../gateway/account-stream.ts'
import type { Credentials } from '../gateway/credentials.ts'
import type { StreamHooks } from '../gateway/real-venue.ts'
import { unforeseen } from '../gateway/understood.ts'
import type { RpcAnswer } from './deribit-answer.ts'
import { DeribitOrder, DeribitTrade, toldOf, viewOfTrade } from './deribit-order.ts'

const Fault = z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() })
const Frame = z.union([
  z.object({ id: z.int(), error: Fault }),
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({ method: z.literal('heartbeat'), params: z.object({ type: z.string() }) }),
  z.object({ method: z.literal('subscription'), params: z.object({ channel: z.string(), data: z.unknown() }) }),
])
const Grant = z.object({ expires_in: z.number() })
const Reports = {
  'user.orders.any.any.raw': z.union([DeribitOrder, z.array(DeribitOrder)]).transform((one) => [one].flat()),
  'user.trades.any.any.raw': z.array(DeribitTrade),
} as const
const channels = Object.keys(Reports) as (keyof typeof Reports)[]

const heartbeatSeconds = 30
const unauthorized = 13_009
const dayMs = 86_400_000

/** Deribit's JSON-RPC on one connection: calls, and the account's reports. What is under way when it closes is lost. [G25] */
export class DeribitRpc {
  readonly #credentials: Credentials
  readonly #timeoutMs: number
  readonly #waiting = new Map<number, (answer: RpcAnswer) => void>()
  #connection: AccountConnection | null = null
  #next = 1
  #renewal: NodeJS.Timeout | undefined

  constructor(credentials: Credentials, timeoutMs: number) {
    this.#credentials = credentials
    this.#timeoutMs = timeoutMs
  }

  /** Opens it, and again whenever it closes. */
  open(wsUrl: string, nowMs: () => number, hooks: StreamHooks): () => void {
    const end = keepAccountStream(
      {
        // Deribit counts no weight: it is there for what a handshake answers.
        budget: startBudget(Number.POSITIVE_INFINITY),
        nowMs,
        address: async () => ({ kind: 'done', value: wsUrl }),
        onConnect: (connection) => {
          this.#connection = connection
          this.#begin(connection).catch((thrown) => connection.end(unforeseen(thrown)))
        },
        onFrame: (json, connection) => this.#hear(json, connection, hooks),
      },
      {
        ...hooks,
        onClose: (why) => {
          this.#forget()
          hooks.onClose(why)
        },
      },
    )
    return () => {
      end()
      this.#forget()
    }
  }

  /** Ends within the timeout, and never throws. */
  call(method: string, params: object): Promise<RpcAnswer> {
    const { socket } = this.#connection ?? {}
    if (socket === undefined || socket.readyState !== socket.OPEN)
      return Promise.resolve({ lost: 'there is no connection' })
    const id = this.#next++
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ lost: 'no answer in time' }), this.#timeoutMs)
      const settle = (answer: RpcAnswer) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(answer)
      }
      this.#waiting.set(id, settle)
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  /** Who it is, a sign of life, and the account's reports; then it has begun. */
  async #begin(connection: AccountConnection): Promise<void> {
    if (!(await this.#authenticate(connection))) return
    await this.call('public/set_heartbeat', { interval: heartbeatSeconds })
    const subscribed = await this.call('private/subscribe', { channels })
    const named = 'result' in subscribed && Array.isArray(subscribed.result) ? subscribed.result : []
    if (channels.every((channel) => named.includes(channel))) connection.begun()
    else connection.end(`the account's reports are not told: ${whyOf(subscribed)}`)
  }

  /** The grant holds for this connection, and is renewed when half of its time is over. */
  async #authenticate(connection: AccountConnection): Promise<boolean> {
    const { apiKey, secret } = this.#credentials
    const params = { grant_type: 'client_credentials', client_id: apiKey, client_secret: secret }
    const answer = await this.call('public/auth', params)
    const grant = 'result' in answer ? Grant.safeParse(answer.result) : null
    if (!grant?.success) {
      connection.end(`not let in: ${whyOf(answer)}`)
      return false
    }
    clearTimeout(this.#renewal)
    const renewMs = Math.min(dayMs, grant.data.expires_in * 500)
    this.#renewal = setTimeout(() => void this.#authenticate(connection), renewMs)
    return true
  }

  #hear(json: unknown, { end }: AccountConnection, { onOrder }: StreamHooks): void {
    const frame = Frame.safeParse(json)
    if (!frame.success) return
    const heard = frame.data
    if ('id' in heard) {
      // The grant is gone before its time: a new connection is let in, or says why not.
      if ('error' in heard && heard.error.code === unauthorized) end(`${unauthorized} ${heard.error.message}`)
      else this.#waiting.get(heard.id)?.('error' in heard ? { error: heard.error } : { result: heard.result })
    } else if (heard.method === 'heartbeat') {
      if (heard.params.type === 'test_request') void this.call('public/test', {})
    } else if (heard.params.channel === 'user.orders.any.any.raw') {
      const orders = Reports[heard.params.channel].safeParse(heard.params.data)
      // What cannot be read may be a fill: whoever reconciles asks for it.
      if (orders.success) for (const order of orders.data) onOrder(toldOf(order))
      else end('a report is not understood')
    } else if (heard.params.channel === 'user.trades.any.any.raw') {
      const trades = Reports[heard.params.channel].safeParse(heard.params.data)
      if (trades.success) for (const trade of trades.data) onOrder(viewOfTrade(trade))
      else end('a report is not understood')
    }
  }

  #forget(): void {
    this.#connection = null
    clearTimeout(this.#renewal)
    for (const settle of [...this.#waiting.values()]) settle({ lost: 'the connection is gone' })
  }
}

/** Why a call came to nothing. */
function whyOf(answer: RpcAnswer): string {
  if ('lost' in answer) return answer.lost
  return 'error' in answer ? `${answer.error.code} ${answer.error.message}` : 'its answer is not understood'
}
