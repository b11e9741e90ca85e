import { WebSocket } from 'ws'
import type { Answer, StreamHooks } from '../gateway/real-venue.ts'
import { OrderTradeUpdate, viewOfUpdate } from './usdm-order.ts'

/** The venue answers a ping of ours: who hears nothing for three of them is alone. */
const pingMs = 20_000
const silentMs = 65_000
const pausesMs = [50, 100, 250, 500, 1_000, 2_000, 5_000]

export type UsdmStreamOptions = {
  /** Up to the listen key: `wss://fstream.binance.com/private/ws`. */
  readonly wsUrl: string
  /** Begins a key, or renews the one that is there. */
  readonly listenKey: () => Promise<Answer<string>>
  readonly keepAlive: () => Promise<Answer<unknown>>
  /** A key lives 60 minutes: it is renewed so often. */
  readonly keepAliveMs: number
}

/** The account's stream; a key that ends, or that cannot be renewed, is one to be replaced. It comes back until it is ended. [G22] */
export function openUsdmStream(options: UsdmStreamOptions, hooks: StreamHooks): () => void {
  let isEnded = false
  let attempts = 0
  let endSocket: () => void = () => undefined
  let pause: NodeJS.Timeout | undefined
  const again = (why: string) => {
    if (isEnded) return
    hooks.onClose(why)
    pause = setTimeout(connect, pausesMs[Math.min(attempts++, pausesMs.length - 1)])
  }
  const connect = async () => {
    const key = await options.listenKey()
    if (isEnded) return
    if (key.kind !== 'done') return again(key.kind === 'absent' ? 'there is no listen key' : key.reason)
    endSocket = openSocket(options, key.value, {
      ...hooks,
      onOpen: () => {
        attempts = 0
        if (!isEnded) hooks.onOpen()
      },
      onClose: again,
    })
  }
  void connect()
  return () => {
    isEnded = true
    clearTimeout(pause)
    endSocket()
  }
}

function openSocket(
  { wsUrl, keepAlive, keepAliveMs }: UsdmStreamOptions,
  listenKey: string,
  { onOpen, onOrder, onClose }: StreamHooks,
): () => void {
  const socket = new WebSocket(`${wsUrl}/${listenKey}`, {
    handshakeTimeout: 10_000,
    perMessageDeflate: false,
    maxPayload: 1 << 20,
  })
  let why = 'the connection is gone'
  const end = (reason: string) => {
    why = reason
    socket.terminate()
  }
  let watch = setTimeout(() => socket.terminate(), silentMs)
  const alive = () => {
    clearTimeout(watch)
    watch = setTimeout(() => socket.terminate(), silentMs)
  }
  const ping = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, pingMs)
  const renewal = setInterval(async () => {
    const answer = await keepAlive()
    // -1125: this key is no more. What proves nothing is asked again, with half of the key's life left.
    if (answer.kind === 'refused') end(answer.reason)
  }, keepAliveMs)
  socket.on('open', onOpen)
  socket.on('ping', alive)
  socket.on('pong', alive)
  socket.on('message', (bytes) => {
    alive()
    const frame = jsonOf(String(bytes)) as { e?: unknown } | null
    if (frame?.e === 'listenKeyExpired') return end('its listen key has expired')
    const update = OrderTradeUpdate.safeParse(frame)
    if (update.success) return onOrder(viewOfUpdate(update.data))
    // What cannot be read may be a fill: whoever reconciles asks for it.
    if (frame?.e === 'ORDER_TRADE_UPDATE') end('a report is not understood')
  })
  // The address has the key in it: only the error's code is told.
  socket.on('error', (error) => end((error as NodeJS.ErrnoException).code ?? 'the connection failed'))
  socket.on('close', () => {
    clearTimeout(watch)
    clearInterval(ping)
    clearInterval(renewal)
    onClose(why)
  })
  return () => socket.terminate()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
