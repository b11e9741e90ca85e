import { z } from 'zod'
import { honourLimit, isLimit } from '#lib/time/honour-limit.ts'
import { queryWindowMs } from '../binance/exchange-account.ts'
import { sayable } from '../binance/exchange-answer.ts'
import { signed } from '../binance/signed-request.ts'
import { type AccountStream, keepAccountStream } from '../gateway/account-stream.ts'
import type { Credentials } from '../gateway/credentials.ts'
import type { StreamHooks } from '../gateway/real-venue.ts'
import { ExecutionReport, viewOfExecution } from './spot-order.ts'

const Fault = z.object({
  code: z.int(),
  msg: z.string(),
  /** Of a limit: from when on it may be asked again. */
  data: z.object({ serverTime: z.int(), retryAfter: z.int() }).optional().catch(undefined),
})
const Frame = z.union([
  z.object({ event: z.object({ e: z.string() }).loose() }),
  z.object({ id: z.string().nullable(), status: z.int(), error: Fault.optional() }),
])

export type SpotStreamOptions = Pick<AccountStream, 'budget' | 'nowMs' | 'learnTime'> & {
  readonly wsUrl: string
  readonly timeoutMs: number
  readonly credentials: Credentials
  /** Requests are signed with it. */
  readonly venueNowMs: () => number
}

/** The account's stream of the WebSocket API (`userDataStream.subscribe.signature`). */
export function openSpotStream(
  { wsUrl, timeoutMs, credentials, budget, nowMs, venueNowMs, learnTime }: SpotStreamOptions,
  hooks: StreamHooks,
): () => void {
  let answered: () => void = () => undefined
  return keepAccountStream(
    {
      budget,
      nowMs,
      learnTime,
      address: async () => ({ kind: 'done', value: wsUrl }),
      onConnect: ({ socket, end }) => {
        const late = setTimeout(() => end('no answer to the subscription'), timeoutMs)
        socket.once('close', () => clearTimeout(late))
        answered = () => clearTimeout(late)
        socket.send(JSON.stringify(subscription(credentials, venueNowMs())))
      },
      onFrame: (json, { begun, end }) => {
        const frame = Frame.safeParse(json)
        if (!frame.success) return
        if ('event' in frame.data) {
          const { event } = frame.data
          if (event.e === 'eventStreamTerminated') return end('the venue has ended the stream')
          const report = ExecutionReport.safeParse(event)
          if (report.success) hooks.onOrder(viewOfExecution(report.data))
          // What cannot be read may be a fill: whoever reconciles asks for it.
          else if (event.e === 'executionReport') end('a report is not understood')
          return
        }
        const { status, error } = frame.data
        answered()
        if (status === 200) return begun()
        const until = error?.data
        const waitMs = until ? until.retryAfter - until.serverTime : null
        if (isLimit(status)) honourLimit(budget, { status, retryAfterMs: waitMs }, nowMs())
        end(error ? `${error.code} ${sayable(error.msg)}` : `its subscription is answered with ${status}`)
      },
    },
    hooks,
  )
}

function subscription(credentials: Credentials, nowMs: number) {
  const params = { apiKey: credentials.apiKey, recvWindow: String(queryWindowMs), timestamp: String(nowMs) }
  // Signed over its parameters in the order of their names.
  const signature = signed(params, credentials).split('signature=')[1]
  return {
    id: 'user',
    method: 'userDataStream.subscribe.signature',
    params: { ...params, recvWindow: queryWindowMs, timestamp: nowMs, signature },
  }
}
