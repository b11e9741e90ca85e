import { type AccountStream, keepAccountStream } from '../gateway/account-stream.ts'
import type { Answer, StreamHooks } from '../gateway/real-venue.ts'
import { AlgoUpdate, viewOfAlgoUpdate } from './usdm-algo.ts'
import { OrderTradeUpdate, viewOfUpdate } from './usdm-order.ts'

export type UsdmStreamOptions = Pick<AccountStream, 'budget' | 'nowMs' | 'learnTime'> & {
  /** Up to the listen key: `wss://fstream.binance.com/private/ws`. */
  readonly wsUrl: string
  /** Begins a key, or renews the one that is there. */
  readonly listenKey: () => Promise<Answer<string>>
  readonly keepAlive: () => Promise<Answer<unknown>>
  /** A key lives 60 minutes: it is renewed so often. */
  readonly keepAliveMs: number
}

/** The account's stream; a key that ends, or that cannot be renewed, is one to be replaced. [G22] */
export function openUsdmStream(
  { wsUrl, learnTime, listenKey, keepAlive, keepAliveMs, budget, nowMs }: UsdmStreamOptions,
  hooks: StreamHooks,
): () => void {
  return keepAccountStream(
    {
      budget,
      nowMs,
      learnTime,
      address: async () => {
        const key = await listenKey()
        return key.kind === 'done' ? { kind: 'done', value: `${wsUrl}/${encodeURIComponent(key.value)}` } : key
      },
      onConnect: ({ socket, begun, end }) => {
        const renewal = setInterval(async () => {
          const answer = await keepAlive()
          // -1125: this key is no more. What proves nothing is asked again, with half of the key's life left.
          if (answer.kind === 'refused') end(answer.reason)
        }, keepAliveMs)
        socket.once('close', () => clearInterval(renewal))
        begun()
      },
      onFrame: (frame, { end }) => {
        const kind = (frame as { e?: unknown } | null)?.e
        if (kind === 'listenKeyExpired') return end('its listen key has expired')
        const update = OrderTradeUpdate.safeParse(frame)
        if (update.success) return hooks.onOrder(viewOfUpdate(update.data))
        const algo = AlgoUpdate.safeParse(frame)
        if (algo.success) return hooks.onOrder(viewOfAlgoUpdate(algo.data))
        const reason = (frame as { a?: { m?: unknown } } | null)?.a?.m
        if (kind === 'ACCOUNT_UPDATE' && reason === 'FUNDING_FEE') return hooks.onPaid()
        // What cannot be read may be a fill: whoever reconciles asks for it.
        if (kind === 'ORDER_TRADE_UPDATE' || kind === 'ALGO_UPDATE') end('a report is not understood')
      },
    },
    hooks,
  )
}
