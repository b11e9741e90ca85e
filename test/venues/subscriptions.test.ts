import { describe, expect, it } from 'vitest'
import { emptyBook, loadBook } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import type { StreamKind } from '#services/md/adapters/live/live-venue.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import type { SessionAct, SessionInput } from '#services/md/adapters/live/session-wire.ts'
import { type Wire, wires } from './made-market.ts'
import { sessionOf, type Timeless } from './session-of.ts'

type Sent = {
  readonly id: number
  readonly method: string
  readonly params: { readonly channels?: string[] } & string[]
}

/** A session by hand: what it does is looked at, second by second, and answered by `exchange`. */
function byHand(wire: Wire, streams: StreamKind[], exchange: (sent: Sent) => readonly object[]) {
  const session = startSession({
    ...sessionOf(wire, streams),
    ...{ listings: [], budget: startBudget(600), random: seedRandom(1), stallMs: 20_000 },
  })
  let at = 1_700_000_000_000_000
  const acts: (SessionAct & { second: number })[] = []
  const facts: MarketFact[] = []
  const say = (input: Timeless<SessionInput>): void => {
    const step = session({ ...input, at } as SessionInput)
    facts.push(...step.facts)
    for (const act of step.acts) {
      acts.push({ ...act, second: (at - 1_700_000_000_000_000) / 1e6 })
      if (act.kind === 'connect') say({ kind: 'opened', socket: act.socket })
      if (act.kind !== 'send') continue
      for (const answer of exchange(JSON.parse(act.text)))
        say({ kind: 'frame', socket: act.socket, text: JSON.stringify(answer) })
    }
  }
  const newest = () => acts.flatMap((act) => (act.kind === 'connect' ? [act.socket] : [])).at(-1) ?? 0
  return {
    acts,
    facts,
    say,
    frame: (text: string) => say({ kind: 'frame', socket: newest(), text }),
    second(count = 1) {
      at += count * 1_000_000
      say({ kind: 'tick' })
    },
    ms: () => at / 1000,
    /** When streams were asked for, and which. */
    asked: () =>
      acts.flatMap((act) => {
        if (act.kind !== 'send') return []
        const { method, params } = JSON.parse(act.text) as Sent
        return /^(public\/)?subscribe$/i.test(method)
          ? [{ second: act.second, streams: params.channels ?? params }]
          : []
      }),
    codes: () =>
      facts.flatMap(({ topic, payload }) =>
        topic === 'md.status' && payload.code !== undefined && payload.code !== 'clock_skew'
          ? [[payload.state, payload.code, payload.stream]]
          : [],
      ),
  }
}

const [spot, , deribit] = wires as [Wire, Wire, Wire]
const heartbeat = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}'
const tooMany = { code: 10_028, message: 'too_many_requests', data: { wait: 5 } }

describe('[MD-L8] a subscription', () => {
  it('that is refused is asked for again, not before the exchange allows it, until it is there', () => {
    let refusals = 3
    const market = byHand(deribit, ['trades'], ({ id, method, params }) => {
      if (method !== 'public/subscribe') return [{ id, result: 'ok' }]
      return [refusals-- > 0 ? { id, error: tooMany } : { id, result: params.channels }]
    })
    market.say({ kind: 'start' })
    for (let i = 0; i < 60; i++) {
      market.second()
      if (i % 10 === 0) market.frame(heartbeat)
    }
    const seconds = market.asked().map(({ second }) => second)
    expect(seconds).toHaveLength(4)
    for (const [i, second] of seconds.entries())
      if (i > 0) expect(second - (seconds[i - 1] ?? 0)).toBeGreaterThanOrEqual(5)
    expect(market.acts.filter(({ kind }) => kind === 'connect')).toHaveLength(1)
  })

  it('that leaves a stream out is asked for again for that one, and a status says so until it is heard', () => {
    const isThere = (channel: string) => channel.startsWith('trades') || seconds > 20
    let seconds = 0
    const market = byHand(deribit, ['trades', 'quotes'], ({ id, params }) => [
      { id, result: params.channels?.filter(isThere) ?? 'ok' },
    ])
    market.say({ kind: 'start' })
    for (; seconds < 60; seconds++) {
      market.second()
      if (seconds % 10 === 0) market.frame(heartbeat)
    }
    const asked = market.asked()
    expect(asked[0]?.streams).toHaveLength(2)
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThan(12)
    for (const { streams } of asked.slice(1)) expect(streams).toEqual(['ticker.BTC-PERPETUAL.100ms'])
    expect(market.codes()).toEqual([['flagged', 'not_subscribed', 'ticker.BTC-PERPETUAL.100ms']])
  })

  it('that is never answered ends the connection, which is not told by heartbeats', () => {
    const market = byHand(deribit, ['trades'], () => [])
    market.say({ kind: 'start' })
    for (let i = 0; i < 12; i++) {
      market.second()
      market.frame(heartbeat)
    }
    expect(market.acts.filter(({ kind }) => kind === 'connect')).toHaveLength(2)
  })

  it('that is never answered and brings what was asked for is there', () => {
    const market = byHand(deribit, ['trades', 'depth'], () => [])
    market.say({ kind: 'start' })
    for (let id = 1; id < 60; id++) {
      market.second()
      market.frame(deribit.trade({ id, price: '50.00', size: '1', isSell: false, ms: market.ms() }))
    }
    expect(market.acts.filter(({ kind }) => kind === 'connect')).toHaveLength(1)
  })

  it('that is never answered and brings something under another name is there', () => {
    const market = byHand(spot, ['trades', 'depth'], () => [])
    market.say({ kind: 'start' })
    for (let id = 1; id < 400; id++) {
      market.second()
      const trade = spot.trade({ id, price: '50.00', size: '1', isSell: false, ms: market.ms() })
      market.frame(trade.replace('btcusdt@trade', 'btcusdt@trade@raw'))
    }
    expect(market.acts.filter(({ kind }) => kind === 'connect')).toHaveLength(1)
  })

  it('that is there and brings nothing but heartbeats: the connection is replaced, at ever longer distances', () => {
    const market = byHand(deribit, ['trades'], ({ id, params }) => [{ id, result: params.channels ?? 'ok' }])
    market.say({ kind: 'start' })
    for (let i = 0; i < 3_600; i++) {
      market.second()
      if (i % 10 === 0) market.frame(heartbeat)
    }
    const at = market.acts.flatMap(({ kind, second }) => (kind === 'connect' ? [Math.round(second / 120)] : []))
    expect(at).toEqual([0, 1, 3, 7, 15])
  })
})

describe('[MD-L9] a stream that goes silent beside others', () => {
  it.each([spot, deribit])('$name: is noticed and subscribed to again, and whole when it comes back', (wire) => {
    const stream = wire === spot ? 'btcusdt@depth@100ms' : 'book.BTC-PERPETUAL.100ms'
    let isDead = false
    let last = 1_000
    const prices = { bids: [['50.00', '1']] as [string, string][], asks: [['51.00', '1']] as [string, string][] }
    const market: ReturnType<typeof byHand> = byHand(wire, ['depth', 'trades'], ({ id, method, params }) => {
      if (/^(public\/)?subscribe$/i.test(method)) isDead = false
      if (wire === spot) return [{ id, result: null }]
      const answer = { id, result: params.channels ?? 'ok' }
      const book = emptyBook()
      loadBook(book, prices.bids, prices.asks)
      return method === 'public/subscribe' ? [answer, JSON.parse(wire.book(book, last, market.ms()))] : [answer]
    })
    market.say({ kind: 'start' })
    const play = (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        market.second()
        const ms = market.ms()
        const id = ++last
        market.frame(wire.trade({ id, price: '50.00', size: '1', isSell: false, ms }))
        if (!isDead) market.frame(wire.delta({ first: id, previous: id - 1, last: id, ...prices, ms }))
        for (const act of market.acts.splice(0))
          if (act.kind === 'get') {
            const text = JSON.stringify({ lastUpdateId: id, ...prices })
            const answer = { status: 200, text, retryAfterMs: null, usedWeight: null }
            market.say({ kind: 'answered', id: act.id, ...answer })
          } else market.acts.push(act)
      }
    }
    play(60)
    isDead = true
    const before = last
    const asked = market.asked().length
    play(119)
    expect(isDead).toBe(true)
    play(3)
    expect(
      market
        .asked()
        .slice(asked)
        .map(({ streams }) => streams),
    ).toEqual([[stream]])
    play(20)
    expect(market.codes().filter(([, code]) => code === 'silent_stream')).toEqual([
      ['flagged', 'silent_stream', stream],
      ['cleared', 'silent_stream', stream],
    ])
    expect(market.acts.filter(({ kind }) => kind === 'connect')).toHaveLength(1)
    const gaps = market.facts.flatMap(({ topic, payload }) => (topic === 'md.gap' ? [payload] : []))
    expect(gaps.some((gap) => gap.state === 'closed' && gap.fromSequence === before + 1)).toBe(true)
    const depths = market.facts.flatMap(({ topic, payload }) => (topic === 'md.depth' ? [payload.lastSequence] : []))
    expect(depths.at(-1)).toBe(last)
  })
})
