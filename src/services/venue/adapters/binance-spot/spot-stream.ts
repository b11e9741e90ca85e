import { z } from 'zod'
import { queryWindowMs } from '../binance/exchange-account.ts'
import { signed } from '../binance/signed-request.ts'
import { keepAccountStream } from '../gateway/account-stream.ts'
import type { Credentials } from '../gateway/credentials.ts'
import type { Answer, StreamHooks } from '../gateway/real-venue.ts'
import { ExecutionReport, viewOfExecution } from './spot-order.ts'

const Frame = z.union([
  z.object({ event: z.object({ e: z.string() }).loose() }),
  z.object({ id: z.string(), status: z.int(), error: z.object({ code: z.int(), msg: z.string() }).optional() }),
])

/** The account's stream of the WebSocket API (`userDataStream.subscribe.signature`). */
export function openSpotStream(
  address: () => Promise<Answer<string>>,
  credentials: Credentials,
  nowMs: () => number,
  hooks: StreamHooks,
): () => void {
  return keepAccountStream(
    {
      address,
      onConnect: ({ socket }) => socket.send(JSON.stringify(subscription(credentials, nowMs()))),
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
        } else if (frame.data.status === 200) begun()
        else end(`${frame.data.error?.code} ${frame.data.error?.msg}`)
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
