import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'
import { normalized } from '#test/services/md/adapters/normalized.ts'

/** Binance USD-M as it was recorded on 2024-08-08, six minutes of BTCUSDT: depth, best prices, trades. */
export const captureIn = (shared: string): readonly MarketFact[] =>
  normalized('binance-usdm', `${shared}data/crypto-raw/binance-hftbacktest/usdm/btcusdt_20240808.gz`).facts

/** What came of the strategy. Lengths are of money per BTC. */
export type Played = {
  readonly entriesWished: number
  /** Share of the quantity of the entries that was filled, and said to be, before their cancels were sent. */
  readonly filledShare: number
  /** Share of it that was filled, or said to be, afterwards: nobody wanted it any more, or knew of it. */
  readonly lateShare: number
  /** What was filled of the entries, BTC. */
  readonly filled: number
  /** Of exits, the fill below (a sell) or above (a buy) the touch at the wish: mean, and mean of its amount. */
  readonly exitCost: number
  readonly exitDistance: number
  readonly equity: number
}

const instrument = 'BTCUSDT-PERP.BINANCE'
const account = { currency: 'USDT', startingCash: '1000000' }
const quantity = 5
const second = 1_000_000

/**
 * One strategy, through the gate, the order engine, the simulated venue and the books: at each even second a post-only limit order for five BTC
 * at the touch, with the last second's move of the mid; at each odd second what was filled is closed at the market.
 */
export function playCapture(facts: readonly MarketFact[], venueConfig: object): Played {
  const touches = new Map<string, { price: number; isExit: boolean }>()
  const exits: { worse: number; lots: number }[] = []
  const cancels = new Set<string>()
  let [sent, entered, late, entriesWished, equity] = [0, 0, 0, 0, 0]
  let top: { bid: string; ask: string } | null = null
  const run = new InProcess(
    [venue, orders, pnl, risk].map((service) => anyService(service as never)),
    ({ topic, payload }) => {
      if (topic === 'pnl.snapshot') equity = Number(payload.equity)
      if (topic === 'order.submitted' && top !== null) {
        const isExit = payload.orderType === 'market'
        if (!isExit) sent += Number(payload.quantity)
        touches.set(payload.clientOrderId, { price: Number(payload.side === 'buy' ? top.ask : top.bid), isExit })
      }
      if (topic === 'order.cancel_requested') cancels.add(payload.clientOrderId)
      if (topic !== 'order.fill') return
      const { price = 0, isExit = false } = touches.get(payload.clientOrderId) ?? {}
      const lots = Number(payload.quantity)
      if (!isExit && cancels.has(payload.clientOrderId)) late += lots
      else if (!isExit) entered += lots
      else exits.push({ worse: (Number(payload.price) - price) * (payload.side === 'buy' ? 1 : -1), lots })
    },
  )
  let [n, at] = [0, 0]
  const publish = <T extends Topic>(topic: T, payload: PayloadOf<T>) =>
    run.publish('play', { topic, payload, at, epoch: 1, n: n++ } as never)
  const fees = { takerBps: 0, makerBps: 0 }
  const configs = {
    venue: { fill: 'touch', currency: 'USDT', fees, ...venueConfig },
    orders: {},
    pnl: account,
    risk: { ...account, limits: {} },
  }
  for (const [service, config] of Object.entries(configs))
    publish('system.config', { service, hash: '0'.repeat(64), config })
  let [due, mid] = [0, 0]
  const wish = (target: number, terms: object) =>
    publish('instrument.resolved', {
      intent: `strategy:${n}.0`,
      strategy: 'play',
      role: 'main',
      instrument,
      target: String(target),
      orderType: 'market',
      referencePrice: top?.bid ?? '0',
      ...terms,
    })
  for (const { topic, payload, at: factAt } of facts) {
    at = factAt
    publish(topic, payload as never)
    if (topic !== 'md.tick' || !('bid' in payload) || payload.bid === null || payload.ask === null) continue
    top = { bid: payload.bid as string, ask: payload.ask as string }
    if (at < due) continue
    due = (Math.floor(at / second) + 1) * second
    const now = (Number(top.bid) + Number(top.ask)) / 2
    const side = now < mid ? 'sell' : 'buy'
    mid = now
    publish('system.time', { now: at })
    if (Math.floor(at / second) % 2 === 1) wish(0, {})
    else {
      entriesWished++
      const limitPrice = side === 'buy' ? top.bid : top.ask
      wish(side === 'buy' ? quantity : -quantity, { orderType: 'limit', limitPrice, isPostOnly: true })
    }
  }
  publish('system.time', { now: at })
  const closed = exits.reduce((sum, { lots }) => sum + lots, 0)
  const mean = (of: (worse: number) => number) =>
    closed === 0 ? 0 : exits.reduce((sum, { worse, lots }) => sum + of(worse) * lots, 0) / closed
  return {
    entriesWished,
    filledShare: entered / sent,
    lateShare: late / sent,
    filled: entered + late,
    exitCost: mean((worse) => worse),
    exitDistance: mean(Math.abs),
    equity,
  }
}

const steps = [0, 50, 100, 200, 300, 400, 500]
const startsAt = Date.UTC(2024, 7, 8, 23, 54, 14) * 1_000
const minutes = (n: number) => startsAt + n * 60 * second
const log = { queue: { kind: 'log' } } as const

/** What is varied, each from little to much. */
export const variants = {
  latency: steps.map((ms) => [`${ms} ms`, { latencyMicros: ms * 1_000, ...log }] as const),
  response: steps.map((ms) => [`${ms} ms`, { responseLatencyMicros: ms * 1_000, ...log }] as const),
  line: [
    ['none', log],
    // The recorder's clock is so far behind the exchange's that the fastest price took no time.
    ['recorded feed', { feedLatencyMicros: 'recorded', clockAheadMicros: 1_270_000, ...log }],
    [
      'measured, 0 to 500 ms',
      {
        latencies: [
          [minutes(0), 0, 0],
          [minutes(6), 500_000, 500_000],
        ],
        ...log,
      },
    ],
    ['cut 10 s of each minute', { disconnects: cuts(10), ...log }],
    ['cut 30 s of each minute', { disconnects: cuts(30), ...log }],
  ] as const,
  queue: [
    ['none', { queue: { kind: 'none' } }],
    ['conservative', { queue: { kind: 'conservative' } }],
    ['power, n = 3', { queue: { kind: 'power', n: 3 } }],
    ['power, n = 1', { queue: { kind: 'power', n: 1 } }],
    ['log', { queue: { kind: 'log' } }],
  ] as const,
  slippage: [
    ['none', {}],
    ['1 tick', { slippage: { kind: 'ticks', ticks: 1 } }],
    ['10 ticks', { slippage: { kind: 'ticks', ticks: 10 } }],
    ['0.1 bp', { slippage: { kind: 'bps', bps: 0.1 } }],
    ['1 bp', { slippage: { kind: 'bps', bps: 1 } }],
    ['volume share', { slippage: { kind: 'volume-share', volumeLimit: 1, impact: 0.0001 } }],
    ['book walk', { slippage: { kind: 'book-walk' } }],
  ].map(([name, more]) => [name as string, { queue: { kind: 'log' }, ...(more as object) }] as const),
} as const

function cuts(seconds: number): { from: number; to: number }[] {
  return [0, 1, 2, 3, 4, 5].map((n) => ({ from: minutes(n), to: minutes(n) + seconds * second }))
}
