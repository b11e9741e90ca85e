import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { honourLimit } from '#lib/time/honour-limit.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import { retryAfterMs as readRetryAfter } from '#lib/time/retry-after.ts'
import { backoffMs } from '#services/md/adapters/live/backoff-jitter.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import type { SessionInput } from '#services/md/adapters/live/session-wire.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import { serveBox } from './box-server.ts'
import { exchangeBox } from './exchange-box.ts'
import { madeMarket, type Wire, wires } from './made-market.ts'
import { sessionOf, type Timeless } from './session-of.ts'

const minute = 60_000
/** The beginning of a minute. */
const start = 1_700_000_040_000

describe('[MD-L6] a budget of requests', () => {
  it('grants 80 % of what the venue does, and then nothing until the minute is over', () => {
    const budget = startBudget(100)
    for (let i = 0; i < 8; i++) expect(budget.take(10, start + i)).toBe(0)
    expect(budget.take(10, start + 20_000)).toBe(40_000)
    expect(budget.take(10, start + minute)).toBe(0)
  })

  it('believes what an answer says is used, which others behind the same address may have', () => {
    const budget = startBudget(100)
    expect(budget.take(10, start)).toBe(0)
    budget.used(75, start + 1)
    expect(budget.take(10, start + 30_000)).toBe(30_000)
    budget.used(3, start + minute)
    expect(budget.take(10, start + minute)).toBe(0)
  })

  it('[MD-L6] is paused for three days at most, whatever an answer says', () => {
    const budget = startBudget(100)
    expect(honourLimit(budget, { status: 418, retryAfterMs: 1e300 }, start)).toBe('banned')
    expect(budget.pausedMs(start)).toBe(3 * 86_400_000)
  })

  it.each([
    [403, null, 'rate_limited', 60_000],
    [403, 7_000, 'rate_limited', 7_000],
    [503, 90_000, 'http_error', 90_000],
    [503, null, 'http_error', 0],
    [429, null, 'rate_limited', 5_000],
    [418, null, 'banned', 120_000],
    [503, Date.UTC(2099, 0, 1), 'http_error', 3 * 86_400_000],
    [200, 5_000, 'http_error', 0],
    [0, null, 'http_error', 0],
  ] as const)(
    '[MD-L6] is paused by an answer %i with Retry-After %s as it says: %s, %i ms',
    (status, retryAfterMs, code, ms) => {
      const budget = startBudget(100)
      expect(honourLimit(budget, { status, retryAfterMs }, start)).toBe(code)
      expect(budget.pausedMs(start)).toBe(ms)
    },
  )

  it.each([
    ['2', 2_000],
    ['', null],
    ['-1', null],
    ['soon', null],
    [null, null],
  ] as const)('[MD-L6] reads a Retry-After of %s as %s ms', (header, ms) => {
    expect(readRetryAfter(header)).toBe(ms)
  })

  it('stops everything while the venue limits or bans, the longest pause counts', () => {
    const budget = startBudget(100)
    budget.pauseUntil(start + 90_000)
    budget.pauseUntil(start + 10_000)
    expect([budget.take(1, start), budget.pausedMs(start)]).toEqual([90_000, 90_000])
    expect([budget.take(1, start + 90_000), budget.pausedMs(start + 90_000)]).toEqual([0, 0])
  })
})

describe('[MD-L5] backoff', () => {
  it('doubles from 250 ms to 30 s, half of it by chance', () => {
    const random = seedRandom(3)
    for (let attempt = 0; attempt < 12; attempt++) {
      const most = Math.min(30_000, 250 * 2 ** attempt)
      const waits = Array.from({ length: 200 }, () => backoffMs(attempt, random))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2)
      expect(Math.max(...waits)).toBeLessThanOrEqual(most + 1)
      expect(new Set(waits).size).toBeGreaterThan(50)
    }
  })
})

/** Sessions with one budget, second by second. */
function sessions(count: number) {
  const wire = wires[0] as Wire
  const budget = startBudget(2_400)
  let at = start * 1000
  const facts: MarketFact[] = []
  const acts: { session: number; kind: string; second: number }[] = []
  const running = Array.from({ length: count }, (_, session) => {
    const step = startSession({
      ...sessionOf(wire, ['depth']),
      ...{ listings: [], budget, random: seedRandom(session), stallMs: 20_000 },
    })
    return (input: Timeless<SessionInput>) => {
      const done = step({ ...input, at } as SessionInput)
      facts.push(...done.facts)
      for (const { kind } of done.acts) acts.push({ session, kind, second: at / 1e6 - start / 1000 })
      return done.acts
    }
  })
  return {
    running,
    facts,
    /** When a session did it. */
    seconds: (session: number, kind: string) =>
      acts.flatMap((act) => (act.session === session && act.kind === kind ? [act.second] : [])),
    second() {
      at += 1_000_000
      for (const say of running) say({ kind: 'tick' })
    },
    codes: () => facts.flatMap(({ topic, payload }) => (topic === 'md.status' ? [payload.code ?? payload.state] : [])),
    frame: (id: number) => {
      const level = [['50.00', '1']] as [string, string][]
      return wire.delta({ first: id, previous: id - 1, last: id, bids: level, asks: [], ms: at / 1000 })
    },
  }
}

describe('[MD-L6] limits', () => {
  it('a handshake that is answered with 429 stops requests and connections of all until Retry-After', () => {
    const { running, second, seconds, codes, frame } = sessions(2)
    const [one, other] = running as [(typeof running)[0], (typeof running)[0]]
    one({ kind: 'start' })
    other({ kind: 'start' })
    other({ kind: 'opened', socket: 1 })
    one({ kind: 'closed', socket: 1, reason: '429', refused: { status: 429, retryAfterMs: 60_000 } })
    expect(codes()).toContain('rate_limited')
    // The other one wants a book, and then a connection.
    other({ kind: 'frame', socket: 1, text: frame(7) })
    for (let i = 0; i < 30; i++) second()
    other({ kind: 'closed', socket: 1, reason: 'gone' })
    for (let i = 0; i < 28; i++) second()
    expect([seconds(0, 'connect'), seconds(1, 'connect'), seconds(1, 'get')]).toEqual([[0], [0], []])
    for (let i = 0; i < 4; i++) second()
    expect([seconds(0, 'connect').length, seconds(1, 'connect').length]).toEqual([2, 2])
    for (const session of [0, 1]) expect(seconds(session, 'connect')[1]).toBeGreaterThanOrEqual(60)
  })

  it.each([
    ['429', 'rate_limited', 7_000],
    ['418', 'banned', 130_000],
    ['403', 'rate_limited', 8_000],
    ['503', 'http_error', 9_000],
  ] as const)(
    'a request that is answered with %s stops all of them, as long as the answer says',
    (status, code, retryAfterMs) => {
      const { running, second, seconds, codes, frame } = sessions(2)
      const [one] = running as [(typeof running)[0]]
      for (const say of running) {
        say({ kind: 'start' })
        say({ kind: 'opened', socket: 1 })
      }
      const asked = one({ kind: 'frame', socket: 1, text: frame(7) }).find((act) => act.kind === 'get')
      if (asked?.kind !== 'get') throw new Error('no book is asked for')
      one({ kind: 'answered', id: asked.id, status: Number(status), text: '', retryAfterMs, usedWeight: null })
      expect(codes()).toContain(code)
      for (let i = 0; i < retryAfterMs / 1000 + 40; i++) {
        for (const say of running) say({ kind: 'frame', socket: 1, text: frame(8 + i) })
        second()
      }
      const [first = 0] = seconds(1, 'get')
      expect(seconds(0, 'get')[0]).toBe(0)
      for (const again of [seconds(0, 'get')[1] ?? 0, first]) {
        expect(again).toBeGreaterThanOrEqual(retryAfterMs / 1000)
        expect(again).toBeLessThan(retryAfterMs / 1000 + 35)
      }
    },
  )
})

describe('[MD-L6] over sockets', () => {
  it('a handshake answered with 429 and Retry-After is not tried again before, and is said', async () => {
    let handshakes = 0
    const http = createServer((_, response) => response.end((wires[0] as Wire).listing))
    http.on('upgrade', (_, socket) => {
      handshakes++
      socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nConnection: close\r\n\r\n')
    })
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve)
    })
    const address = `127.0.0.1:${(http.address() as AddressInfo).port}`
    const { venue, market } = liveVenueNamed('binance')
    const stopping = new AbortController()
    const codes: string[] = []
    const wish = { market, symbols: ['BTCUSDT'], streams: ['trades' as const] }
    const feed = liveFeed({
      ...{ venue, wish: { ...wish, wsUrl: `ws://${address}`, restUrl: `http://${address}` }, epoch: 1 },
      ...{ clock: forwardMicros(), signal: stopping.signal },
    })
    const listening = (async () => {
      for await (const facts of feed)
        for (const { topic, payload } of facts)
          if (topic === 'md.status' && 'state' in payload) codes.push(payload.code ?? payload.state)
    })()
    for (let i = 0; i < 200 && handshakes === 0; i++) await sleep(20)
    await sleep(2_500)
    stopping.abort()
    await listening
    http.closeAllConnections()
    http.close()
    expect(handshakes).toBe(1)
    expect(codes).toEqual(['started', 'rate_limited', 'disconnected'])
  })

  const answers = [
    [429, 'rate_limited'],
    [418, 'banned'],
    [503, 'http_error'],
  ] as const
  const asked = wires.flatMap((wire) => answers.map(([status, code]) => [wire.name, status, code, wire] as const))
  it.concurrent.each(asked)(
    '%s: listings answered with %i and Retry-After are asked for again behind it, and %s is said',
    async (name, status, code, wire) => {
      const box = exchangeBox(wire, madeMarket(wire, seedRandom(2), Date.now()), () => Date.now())
      const asks: number[] = []
      const server = await serveBox({
        ...box,
        asked(url) {
          if (!url.startsWith(wire.listingPath)) return box.asked(url)
          asks.push(performance.now())
          return asks.length === 1 ? { status, text: 'no', retryAfter: 2 } : { status: 200, text: wire.listing }
        },
      })
      const { venue, market } = liveVenueNamed(name)
      const stopping = new AbortController()
      const facts: MarketFact[] = []
      const wish = { market, symbols: [wire.symbol], streams: ['trades' as const] }
      const feed = liveFeed({
        ...{ venue, wish: { ...wish, wsUrl: server.wsUrl, restUrl: server.restUrl }, epoch: 1 },
        ...{ clock: forwardMicros(), signal: stopping.signal },
      })
      const listening = (async () => {
        for await (const batch of feed) facts.push(...batch)
      })()
      const isListed = () => facts.some(({ topic }) => topic === 'md.instrument')
      for (let i = 0; i < 1_500 && (asks.length < 2 || !isListed()); i++) {
        await sleep(10)
        if (server.connections() > 0) server.step(null)
      }
      stopping.abort()
      await listening
      await server.close()
      const codes = facts.flatMap(({ topic, payload }) => (topic === 'md.status' ? [payload.code] : []))
      expect(codes).toContain(code)
      expect(isListed()).toBe(true)
      expect((asks[1] ?? 0) - (asks[0] ?? 0)).toBeGreaterThan(1_900)
    },
    20_000,
  )
})
