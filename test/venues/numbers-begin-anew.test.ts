import { beforeEach, describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import type { SessionInput, SessionStep } from '#services/md/adapters/live/session-wire.ts'
import { type Wire, wires } from './made-market.ts'
import { sessionOf, type Timeless } from './session-of.ts'

/** A session with Binance by hand, which answers each request for a book as of the newest update. */
function byHand(rolloverMs: number) {
  const wire = wires[0] as Wire
  const of = sessionOf(wire, ['depth', 'trades', 'quotes'])
  const session = startSession({
    ...of,
    venue: { ...of.venue, rolloverMs },
    budget: startBudget(of.venue.requestsPerMinute),
    random: seedRandom(1),
    stallMs: 20_000,
  })
  let at = 1_700_000_000_000_000
  let id = 0
  const facts: MarketFact[] = []
  const say = (input: Timeless<SessionInput>): SessionStep => {
    const step = session({ ...input, at } as SessionInput)
    facts.push(...step.facts)
    // What is silent for long is subscribed to again, which the exchange answers.
    for (const act of step.acts)
      if (act.kind === 'send')
        say({ kind: 'frame', socket: act.socket, text: JSON.stringify({ result: null, id: JSON.parse(act.text).id }) })
    return step
  }
  const prices = { bids: [['50.00', '1']] as [string, string][], asks: [['51.00', '1']] as [string, string][] }
  const frame = (socket: number, text: string) => {
    at += 100_000
    for (const act of say({ kind: 'frame', socket, text }).acts)
      if (act.kind === 'get') {
        const book = JSON.stringify({ lastUpdateId: id, ...prices })
        say({ kind: 'answered', id: act.id, status: 200, text: book, retryAfterMs: null, usedWeight: null })
      }
  }
  return {
    say,
    wait: (seconds: number) => {
      at += seconds * 1_000_000
    },
    depth(socket: number, last: number, newest = last) {
      id = newest
      frame(socket, wire.delta({ first: last, previous: last - 1, last, ...prices, ms: at / 1000 }))
    },
    jump(socket: number, from: number, last: number) {
      frame(socket, wire.delta({ first: from, previous: from - 1, last, ...prices, ms: at / 1000 }))
    },
    trade: (socket: number, id: number) =>
      frame(socket, wire.trade({ id, price: '50.00', size: '1', isSell: false, ms: at / 1000 })),
    quote: (socket: number, u: number) =>
      frame(
        socket,
        JSON.stringify({
          stream: 'btcusdt@bookTicker',
          data: { u, s: 'BTCUSDT', b: '50.00', B: '1', a: '51.00', A: '1' },
        }),
      ),
    /** What was told since the last look, by kind; what is said of clocks is left out. */
    told() {
      const counts: Record<string, number> = {}
      for (const { topic, payload } of facts.splice(0)) {
        const what = topic === 'md.status' ? (payload.code ?? payload.state) : 'kind' in payload ? payload.kind : topic
        if (what === 'clock_skew' || what === 'measured' || what === 'silent_stream') continue
        counts[what] = (counts[what] ?? 0) + 1
      }
      return counts
    },
  }
}

const hour = 3_600_000

describe('[MD-N5a] numbers that begin anew', () => {
  let market: ReturnType<typeof byHand>
  beforeEach(() => {
    market = byHand(24 * hour)
    market.say({ kind: 'start' })
    market.say({ kind: 'opened', socket: 1 })
  })
  const play = (socket: number, from: number, count: number) => {
    for (let n = from; n < from + count; n++) {
      market.depth(socket, n)
      market.trade(socket, n)
      market.quote(socket, n)
    }
  }

  it('behind a reconnect: book, trades and quotes come back, and each says so', () => {
    play(1, 1_000_000, 50)
    market.say({ kind: 'closed', socket: 1, reason: 'the exchange restarts' })
    market.wait(2)
    market.say({ kind: 'tick' })
    market.say({ kind: 'opened', socket: 2 })
    market.told()
    play(2, 1_000, 100)
    expect(market.told()).toMatchObject({ sequence_restarted: 3 })
    play(2, 1_100, 50)
    expect(market.told()).toEqual({ delta: 50, trade: 50, quote: 50 })
  })

  it('behind one update, trade or quote with a number that never was', () => {
    play(1, 1_000, 50)
    market.jump(1, 1_050, 9e15)
    market.quote(1, 9e15)
    play(1, 1_051, 100)
    expect(market.told()).toMatchObject({ sequence_restarted: 2 })
    play(1, 1_151, 50)
    expect(market.told()).toEqual({ delta: 50, trade: 50, quote: 50 })
    market.jump(1, 8e15, 9e15)
    play(1, 1_201, 200)
    market.told()
    play(1, 1_401, 50)
    expect(market.told()).toEqual({ delta: 50, trade: 50, quote: 50 })
  })

  it('a gap of trades that was none is given up, so that it does not grow', () => {
    market.trade(1, 100)
    market.trade(1, 9e15)
    for (let n = 101; n < 10_200; n++) market.trade(1, n)
    // The gap that never was, and the 19 that were refused before the exchange was seen to count anew.
    expect(market.told()).toMatchObject({ 'md.gap': 4, sequence_restarted: 1 })
    for (let n = 10_200; n < 10_250; n++) market.trade(1, n)
    expect(market.told()).toEqual({ trade: 50 })
  })
})

describe('[MD-L4] while a connection is replaced', () => {
  it('the old one is told until it ends, then what the new one was ahead with, once', () => {
    const market = byHand(hour)
    market.say({ kind: 'start' })
    market.say({ kind: 'opened', socket: 1 })
    for (let second = 0, isConnecting = false; second < 4_000 && !isConnecting; second++) {
      market.wait(1)
      isConnecting = market.say({ kind: 'alive', socket: 1 }).acts.some(({ kind }) => kind === 'connect')
      if (second % 50 === 0) market.quote(1, 1_000 + second)
    }
    market.say({ kind: 'opened', socket: 2 })
    market.quote(2, 9_000)
    market.told()
    for (let n = 0; n < 20; n++) {
      market.quote(1, 8_000 + n)
      market.quote(2, 8_000 + n)
    }
    expect(market.told()).toEqual({ quote: 20 })
    market.wait(2)
    market.say({ kind: 'tick' })
    // What the new one said before the old one was ended.
    expect(market.told()).toEqual({ disconnected: 1, quote: 1 })
    for (let n = 1; n < 31; n++) market.quote(2, 9_000 + n)
    expect(market.told()).toEqual({ quote: 30 })
  })
})

describe('[MD-L5] a connection that is to replace another', () => {
  it('is tried with backoff where it is refused, while the one that is open is read on', () => {
    const market = byHand(hour)
    market.say({ kind: 'start' })
    market.say({ kind: 'opened', socket: 1 })
    for (let second = 0; second <= 3_600; second++) {
      market.wait(1)
      market.say({ kind: 'alive', socket: 1 })
      if (second % 60 === 0) market.depth(1, 1_000 + second / 60)
    }
    let attempts = 0
    for (let tenth = 0; tenth < 600; tenth++) {
      market.wait(0.1)
      for (let acts = market.say({ kind: 'alive', socket: 1 }).acts; ; ) {
        const asked = acts.find((act) => act.kind === 'connect')
        if (asked?.kind !== 'connect') break
        attempts++
        acts = market.say({ kind: 'closed', socket: asked.socket, reason: 'Unexpected server response: 429' }).acts
        if (attempts > 100) break
      }
    }
    expect(attempts).toBeGreaterThan(2)
    expect(attempts).toBeLessThan(15)
  })
})
