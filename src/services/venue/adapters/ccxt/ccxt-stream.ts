import { attemptsAfter, pauseMs } from '../gateway/account-stream.ts'
import type { Answer, StreamHooks } from '../gateway/real-venue.ts'
import type { Asking } from './ccxt-answer.ts'
import { CcxtOrder, viewOfCcxt } from './ccxt-order.ts'
import { type CcxtSocket, type CcxtTrader, idOf } from './open-ccxt.ts'

const lookMs = 50

/** The orders that ccxt watches. It is open while one connection is that waits for orders; when that is another, it was closed. [X5] */
export function openCcxtStream(
  exchange: CcxtTrader,
  { ask, learnTime }: { readonly ask: Asking; readonly learnTime: () => Promise<Answer<number>> },
  hooks: StreamHooks,
): () => void {
  let isEnded = false
  let current: CcxtSocket['connection'] | null = null
  let isSubscribed = false
  let attempts = 0
  let begunAtMs: number | null = null
  const close = (reason: string) => {
    current = null
    attempts = attemptsAfter(attempts, begunAtMs)
    begunAtMs = null
    if (!isEnded) hooks.onClose(reason)
  }
  const look = setInterval(() => {
    const sockets = Object.values(exchange.clients).filter(isOpen)
    if (current !== null && !sockets.some(({ connection }) => connection === current)) close('its connection is closed')
    const socket = sockets.find(({ connection }) => connection === current)
    const isToldOf = 'spot' in (socket?.subscriptions ?? {})
    // Binance has ended the subscription, and left the connection open.
    if (isSubscribed && socket !== undefined && !isToldOf) socket.connection?.terminate?.()
    isSubscribed = isToldOf
    if (current !== null) return
    current = sockets.find(waitsForOrders)?.connection ?? null
    if (current === null) return
    begunAtMs = performance.now()
    hooks.onOpen()
  }, lookMs)
  let isTimed = false
  const watch = async (): Promise<Answer<readonly unknown[]>> => {
    const time = isTimed ? null : await learnTime()
    if (time !== null && time.kind !== 'done') return time
    isTimed = true
    return ask(async () => ({ kind: 'done', value: await exchange.watchOrders() }))
  }
  void (async () => {
    while (!isEnded) {
      const all = await watch()
      if (all.kind !== 'done') {
        isTimed = false
        close(all.kind === 'absent' ? 'there is no such stream' : all.reason)
        const waitMs = Math.max(all.kind === 'nothing' ? all.waitMs : 0, pauseMs(attempts++))
        await new Promise((resolve) => setTimeout(resolve, waitMs))
        continue
      }
      for (const told of all.value) {
        const order = CcxtOrder.safeParse(told)
        // One that is not understood comes with the next question for it.
        if (isEnded || !order.success) continue
        const { symbol, side } = order.data
        hooks.onOrder({ ...viewOfCcxt(order.data), symbol: idOf(exchange, symbol), side: side ?? 'buy' })
      }
    }
  })()
  return () => {
    isEnded = true
    clearInterval(look)
    void exchange.close().catch(() => undefined)
  }
}

const isOpen = (socket: CcxtSocket): boolean => socket.connection !== undefined && socket.isOpen()

const waitsForOrders = ({ futures }: CcxtSocket): boolean => Object.keys(futures).some((name) => /order/i.test(name))
