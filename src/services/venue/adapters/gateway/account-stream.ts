import { WebSocket } from 'ws'
import { honourLimit, isLimit } from '#lib/time/honour-limit.ts'
import type { RequestBudget } from '#lib/time/request-budget.ts'
import { retryAfterMs } from '#lib/time/retry-after.ts'
import { jsonOf } from './json-of.ts'
import type { Answer, StreamHooks } from './real-venue.ts'
import { unforeseen } from './understood.ts'

/** Binance pings Spot every 20 s, and answers pings of ours: who hears nothing for three of them is alone. */
const pingMs = 20_000
const silentMs = 65_000
const pausesMs = [50, 100, 250, 500, 1_000, 2_000, 5_000]

/** Deribit's answers come on it too: some thousand open orders are a few MB. */
const maxPayload = 32 << 20

/** One that is opened and closed is opened again every 2 s at most: Binance takes 300 in 5 minutes. [G24] */
const [lastingMs, flapsMost] = [10_000, 5]

/** How often it counts as tried in vain, when it was open from an instant on (`performance.now()`), or never. */
export function attemptsAfter(attempts: number, begunAtMs: number | null): number {
  if (begunAtMs === null) return attempts
  return performance.now() - begunAtMs > lastingMs ? 0 : Math.min(attempts, flapsMost)
}

/** How long to wait before a stream that was closed is opened again, so many times in vain. */
export const pauseMs = (attempts: number): number => pausesMs[Math.min(attempts, pausesMs.length - 1)] as number

/** One connection, as what speaks over it acts on it. */
export type AccountConnection = {
  readonly socket: WebSocket
  /** Reports come from now on. */
  readonly begun: () => void
  readonly end: (why: string) => void
}

export type AccountStream = {
  /** What else is asked of the exchange shares it: nothing is opened while it pauses, and a handshake can have it pause. [G24] */
  readonly budget: RequestBudget
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
  /** Of what is signed before it is opened, or on it. [G52] */
  readonly learnTime?: () => Promise<Answer<number>>
  readonly address: () => Promise<Answer<string>>
  readonly onConnect: (connection: AccountConnection) => void
  readonly onFrame: (frame: unknown, connection: AccountConnection) => void
}

/** Keeps a connection to an account's stream: it comes back until it is ended. */
export function keepAccountStream(stream: AccountStream, { onOpen, onClose }: StreamHooks): () => void {
  let isEnded = false
  let attempts = 0
  let socket: WebSocket | null = null
  let pause: NodeJS.Timeout | undefined
  let begunAtMs: number | null = null
  const begun = () => {
    begunAtMs = performance.now()
    if (!isEnded) onOpen()
  }
  const again = (why: string, waitMs = 0) => {
    if (isEnded) return
    onClose(why)
    attempts = attemptsAfter(attempts, begunAtMs)
    begunAtMs = null
    pause = setTimeout(begin, Math.max(waitMs, pauseMs(attempts++)))
  }
  const connect = async () => {
    const waitMs = stream.budget.pausedMs(stream.nowMs())
    if (waitMs > 0) return again('the limit of requests', waitMs)
    const time = await stream.learnTime?.()
    const address = time === undefined || time.kind === 'done' ? await stream.address() : time
    if (isEnded) return
    if (address.kind === 'nothing') return again(address.reason, address.waitMs)
    if (address.kind !== 'done') return again(address.kind === 'absent' ? 'there is no such stream' : address.reason)
    socket = openSocket(address.value, stream, begun, again)
  }
  const begin = () => connect().catch(() => again('it cannot be opened'))
  void begin()
  return () => {
    isEnded = true
    clearTimeout(pause)
    socket?.terminate()
  }
}

function openSocket(
  url: string,
  { onConnect, onFrame, budget, nowMs }: AccountStream,
  begun: () => void,
  onClose: (why: string) => void,
): WebSocket {
  const socket = new WebSocket(url, { handshakeTimeout: 10_000, perMessageDeflate: false, maxPayload })
  let why: string | null = null
  const end = (reason: string) => {
    why ??= reason
    socket.terminate()
  }
  const connection = { socket, begun, end }
  const watch = setTimeout(() => socket.terminate(), silentMs)
  const alive = () => watch.refresh()
  const ping = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, pingMs)
  /** What nobody foresaw ends the connection: whoever opens it again asks for all. [G53] */
  const foreseeing = (act: () => void) => {
    try {
      act()
    } catch (thrown) {
      end(unforeseen(thrown))
    }
  }
  socket.on('open', () => foreseeing(() => onConnect(connection)))
  socket.on('ping', alive)
  socket.on('pong', alive)
  socket.on('message', (bytes) => {
    alive()
    foreseeing(() => onFrame(jsonOf(String(bytes)), connection))
  })
  socket.on('unexpected-response', (_, { statusCode = 0, headers }) => {
    const answered = { status: statusCode, retryAfterMs: retryAfterMs(headers['retry-after'] ?? null) }
    if (isLimit(statusCode)) honourLimit(budget, answered, nowMs())
    end(`HTTP ${statusCode}`)
  })
  // The address may have a key in it: only the error's code is told.
  socket.on('error', (error) => end((error as NodeJS.ErrnoException).code ?? 'the connection failed'))
  socket.on('close', () => {
    clearTimeout(watch)
    clearInterval(ping)
    onClose(why ?? 'the connection is gone')
  })
  return socket
}
