import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Credentials } from '../binance/credentials.ts'
import { signed } from '../binance/signed-request.ts'
import type { StreamHooks } from '../gateway/real-venue.ts'
import { ExecutionReport, viewOfReport } from './spot-order.ts'

/** Binance pings every 20 s: who hears nothing for three of them is alone. */
const silentMs = 65_000
const pausesMs = [50, 100, 250, 500, 1_000, 2_000, 5_000]

const Frame = z.union([
  z.object({ event: z.object({ e: z.string() }).loose() }),
  z.object({ id: z.string(), status: z.int(), error: z.object({ code: z.int(), msg: z.string() }).optional() }),
])

/** The account's stream of the WebSocket API (`userDataStream.subscribe.signature`); it comes back until it is ended. */
export function openSpotStream(
  wsUrl: string,
  credentials: Credentials,
  nowMs: () => number,
  windowMs: number,
  hooks: StreamHooks,
): () => void {
  let isEnded = false
  let attempts = 0
  let socket: WebSocket | null = null
  const connect = () => {
    if (isEnded) return
    const one = new WebSocket(wsUrl, { handshakeTimeout: 10_000, perMessageDeflate: false, maxPayload: 1 << 20 })
    socket = one
    let isOpen = false
    let watch = setTimeout(() => one.terminate(), silentMs)
    const alive = () => {
      clearTimeout(watch)
      watch = setTimeout(() => one.terminate(), silentMs)
    }
    let why = 'the connection is gone'
    one.on('ping', alive)
    one.on('open', () => one.send(JSON.stringify(subscription(credentials, nowMs(), windowMs))))
    one.on('message', (bytes) => {
      alive()
      const frame = Frame.safeParse(jsonOf(String(bytes)))
      if (!frame.success) return
      if ('event' in frame.data) {
        const { event } = frame.data
        if (event.e === 'eventStreamTerminated') one.close()
        const report = ExecutionReport.safeParse(event)
        if (report.success) hooks.onOrder(viewOfReport(report.data))
      } else if (frame.data.status === 200) {
        attempts = 0
        if (!isOpen) hooks.onOpen()
        isOpen = true
      } else {
        why = `${frame.data.error?.code} ${frame.data.error?.msg}`
        one.close()
      }
    })
    one.on('error', (error) => {
      why = (error as NodeJS.ErrnoException).code ?? error.message
      one.terminate()
    })
    one.on('close', () => {
      clearTimeout(watch)
      if (isEnded) return
      hooks.onClose(why)
      setTimeout(connect, pausesMs[Math.min(attempts++, pausesMs.length - 1)])
    })
  }
  connect()
  return () => {
    isEnded = true
    socket?.terminate()
  }
}

function subscription(credentials: Credentials, nowMs: number, windowMs: number) {
  const params = { apiKey: credentials.apiKey, recvWindow: String(windowMs), timestamp: String(nowMs) }
  // Signed over its parameters in the order of their names.
  const signature = signed(params, credentials).split('signature=')[1]
  return {
    id: 'user',
    method: 'userDataStream.subscribe.signature',
    params: { ...params, recvWindow: windowMs, timestamp: nowMs, signature },
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
