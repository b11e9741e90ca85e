import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { ccxt } from '#services/md/adapters/ccxt/venue.ts'
import type { LibrarySource } from '#services/md/adapters/live/library-venue.ts'
import { runLibrary } from '#services/md/adapters/live/run-library.ts'

/** A library in memory: `trades` come all the time, what else is asked for only until it is dead; `restart` gives everything new life. */
function library(isSteady: boolean) {
  let restarts = 0
  let isDead = false
  let fail: (error: Error) => void = () => undefined
  let id = 0
  const trades = async () => {
    await sleep(5)
    const trade = { id: String(++id), price: 1.5, amount: 2, side: 'buy', timestamp: 1_700_000_000_000 }
    return JSON.stringify({ watch: 'trades', symbol: 'BTC/USD', trades: [trade] })
  }
  const other = async () => {
    if (isDead)
      return new Promise<string>((_, reject) => {
        fail = reject
      })
    await sleep(5)
    const ticker = { bid: 1.5, ask: 2, timestamp: 1_700_000_000_000 }
    return JSON.stringify({ watch: 'quotes', symbol: 'BTC/USD', ticker })
  }
  const source: LibrarySource = {
    listing: async () => '{"precisionMode":4,"markets":[]}',
    streams: [
      { name: 'trades', url: 'library:trades', isSteady: false, next: trades },
      { name: 'other', url: 'library:other', isSteady, next: other },
    ],
    codeOf: () => 'http_error',
    async restart() {
      restarts++
      isDead = false
      fail(new Error('restarted'))
    },
  }
  return {
    source,
    kill: () => {
      isDead = true
    },
    restarts: () => restarts,
  }
}

async function run(isSteady: boolean, until: (said: string[]) => boolean) {
  const { source, kill, restarts } = library(isSteady)
  const stopping = new AbortController()
  const said: string[] = []
  const take = (facts: readonly MarketFact[]) => {
    for (const { topic, payload } of facts)
      if (topic === 'md.status' && payload.code === 'silent_stream' && payload.stream === 'other')
        said.push(`${payload.state} ${payload.stream}`)
  }
  const venue = { ...ccxt, openLibrary: async () => source }
  const listening = { venue, market: 'kraken', source, random: seedRandom(1), stallMs: 100, signal: stopping.signal }
  const options = { ...listening, room: () => null }
  const running = runLibrary(options, () => Date.now() * 1000, take)
  await sleep(100)
  kill()
  for (let i = 0; i < 500 && !until(said); i++) await sleep(10)
  const count = restarts()
  stopping.abort()
  await running
  return { said, restarts: count }
}

describe('[MD-L7] a stream of a library that goes silent beside others', () => {
  it('is flagged and all connections begin anew where silence is a fault, until it is heard', async () => {
    const { said, restarts } = await run(true, (all) => all.includes('cleared other'))
    expect(said).toEqual(['flagged other', 'cleared other'])
    expect(restarts).toBe(1)
  })

  it('is flagged only, where it may be that nothing happens', async () => {
    const { said, restarts } = await run(false, (all) => all.includes('flagged other'))
    expect(said).toEqual(['flagged other'])
    expect(restarts).toBe(0)
  })
})

it('[MD-L7] a stream that may be silent is connected again where it brings no error, one that may not with its first frame', async () => {
  const stopping = new AbortController()
  const said: string[] = []
  const take = (facts: readonly MarketFact[]) => {
    for (const { topic, payload } of facts)
      if (topic === 'md.status') said.push(`${payload.state} ${payload.connection}`)
  }
  const stream = (name: string, isSteady: boolean) => {
    const frames = ['{"watch":"trades","symbol":"BTC/USD","trades":[]}', new Error('cut')]
    const next = async () => {
      const frame = frames.shift() ?? (await new Promise<string>(() => undefined))
      if (frame instanceof Error) throw frame
      return frame
    }
    return { name, url: `library:${name}`, isSteady, next }
  }
  const source: LibrarySource = {
    listing: async () => '{"precisionMode":4,"markets":[]}',
    streams: [stream('trades', false), stream('quotes', true)],
    codeOf: () => 'http_error',
    restart: async () => undefined,
  }
  const venue = { ...ccxt, openLibrary: async () => source }
  const listening = { venue, market: 'kraken', source, random: seedRandom(1), stallMs: 50, signal: stopping.signal }
  const running = runLibrary({ ...listening, room: () => null }, () => Date.now() * 1000, take)
  for (let i = 0; i < 500 && !said.includes('connected trades.2'); i++) await sleep(10)
  stopping.abort()
  await running
  const connections = said.filter((one) => /^(dis)?connected /.test(one))
  expect(connections.filter((one) => one.includes('trades'))).toEqual([
    'connected trades.1',
    'disconnected trades.1',
    'connected trades.2',
  ])
  expect(connections.filter((one) => one.includes('quotes'))).toEqual(['connected quotes.1', 'disconnected quotes.1'])
})
