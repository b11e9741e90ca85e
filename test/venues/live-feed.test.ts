import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import { catalogue } from '#schemas/catalogue.ts'
import { liveFeed } from '#services/md/adapters/live/live-feed.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { serveBox } from './box-server.ts'
import { consumer } from './consumer.ts'
import { type ExchangeBox, exchangeBox, type Fault } from './exchange-box.ts'
import { madeMarket, type Wire, wires } from './made-market.ts'
import { recordedMarket } from './recorded-market.ts'

/** Listens to a box over sockets while it does something to frame 40; until the book is whole again and 40 frames went well. */
async function listen(box: ExchangeBox, fault: Fault | null, depth = 10_000) {
  const framesMost = 8_000
  const { wire } = box
  const server = await serveBox(box)
  const { venue, market } = liveVenueNamed(wire.name)
  const stopping = new AbortController()
  const heard = consumer()
  const facts: MarketFact[] = []
  const feed = liveFeed({
    venue,
    wish: { market, symbols: [wire.symbol], streams: ['depth'], wsUrl: server.wsUrl, restUrl: server.restUrl },
    epoch: 3,
    clock: forwardMicros(),
    signal: stopping.signal,
    stallMs: 600,
  })
  const listening = (async () => {
    for await (const batch of feed) {
      facts.push(...batch)
      heard.hear(batch)
    }
  })()
  let calm = 0
  for (let frame = 0; frame < framesMost && calm < 40; frame++) {
    await sleep(2)
    if (server.connections() === 0 && frame < 40) frame--
    else server.step(frame === 40 ? fault : null)
    calm = frame > 60 && heard.last >= box.truth.newest - 60 && server.connections() > 0 ? calm + 1 : 0
  }
  for (let i = 0; i < 100 && heard.last !== box.truth.newest; i++) await sleep(10)
  stopping.abort()
  await listening
  await server.close()
  return { found: heard.against(box, depth), codes: heard.codes, facts }
}

const madeBox = (wire: Wire, seed: number) =>
  exchangeBox(wire, madeMarket(wire, seedRandom(seed), Date.now()), () => Date.now())

describe('listening over sockets', () => {
  const faults: (Fault | null)[] = [
    null,
    'drop',
    'repeat',
    'swap',
    'garbage',
    'close',
    'abort',
    'half-open',
    '429',
    '500',
    'stale',
  ]
  it.each(wires)('[MD-L3] $name: one fault of each kind, and the book is exact again', async (wire) => {
    const runs = await Promise.all(
      faults.map(async (fault, i) => {
        const { found, codes, facts } = await listen(madeBox(wire, i + 1), fault)
        for (const { topic, payload } of facts) catalogue[topic].schema.parse(payload)
        return { fault, found, codes, listed: facts.filter(({ topic }) => topic === 'md.instrument').length }
      }),
    )
    expect(runs.map(({ fault, found, listed }) => ({ fault, found, listed }))).toEqual(
      faults.map((fault) => ({ fault, found: [], listed: 1 })),
    )
    const codesOf = (fault: Fault) => runs.find((run) => run.fault === fault)?.codes
    expect(codesOf('half-open')?.get('stalled')).toBeGreaterThan(0)
    expect(codesOf('abort')?.get('disconnected')).toBeGreaterThan(0)
    expect(codesOf('garbage')?.get('bad_frame')).toBeGreaterThan(0)
  })
})

describe('a slow consumer', () => {
  it('[MD-L10] is not waited for in memory: nothing more is read until it takes what there is, and nothing is lost', async () => {
    const wire = wires[0] as Wire
    const box = madeBox(wire, 3)
    const server = await serveBox(box)
    const { venue, market } = liveVenueNamed(wire.name)
    const stopping = new AbortController()
    const feed = liveFeed({
      ...{ venue, epoch: 1, clock: forwardMicros(), signal: stopping.signal, waitingMost: 200 },
      wish: { market, symbols: [wire.symbol], streams: ['trades'], wsUrl: server.wsUrl, restUrl: server.restUrl },
    })
    const sizes: number[] = []
    const heard = consumer()
    const take = async () => {
      const { value } = await feed.next()
      sizes.push(value?.length ?? 0)
      heard.hear(value ?? [])
    }
    while (server.connections() === 0) await take()
    for (let frame = 0; frame < 100; frame++) server.step(null)
    while (heard.trades.length === 0) await take()
    // It sleeps, while far more comes than the sockets between hold.
    const frames = 60_000
    for (let frame = 0; frame < frames; frame++) {
      server.step(null)
      if (frame % 500 === 0) await sleep(1)
    }
    const newest = box.played.flatMap(({ trade }) => (trade === undefined ? [] : [trade])).at(-1) ?? 0
    while (heard.trades.at(-1) !== newest) await take()
    stopping.abort()
    while ((await feed.next()).done !== true);
    await server.close()
    expect(heard.lostInSilence(box)).toEqual([])
    expect(heard.codes.has('disconnected')).toBe(false)
    expect(Math.max(...sizes)).toBeLessThan(3_000)
  }, 60_000)
})

it('[MD-L13] what has piled up on a connection is read in turn with the other sockets of the process', async () => {
  const wire = wires[0] as Wire
  const box = madeBox(wire, 5)
  const server = await serveBox(box)
  const { venue, market } = liveVenueNamed(wire.name)
  const stopping = new AbortController()
  let inTurn = 0
  const turns: number[] = []
  let isWatching = true
  const turn = () => {
    if (inTurn > 0) turns.push(inTurn)
    inTurn = 0
    if (isWatching) setImmediate(turn)
  }
  const feed = liveFeed({
    ...{ venue, epoch: 1, clock: forwardMicros(), signal: stopping.signal },
    onRecord({ kind }) {
      if (kind === 'frame') inTurn++
      return null
    },
    wish: { market, symbols: [wire.symbol], streams: ['trades'], wsUrl: server.wsUrl, restUrl: server.restUrl },
  })
  const heard = consumer()
  const listening = (async () => {
    for await (const batch of feed) heard.hear(batch)
  })()
  while (server.connections() === 0) await sleep(5)
  setImmediate(turn)
  for (let frame = 0; frame < 100_000; frame++) server.step(null)
  const newest = box.played.flatMap(({ trade }) => (trade === undefined ? [] : [trade])).at(-1) ?? 0
  while (heard.trades.at(-1) !== newest) await sleep(5)
  isWatching = false
  stopping.abort()
  await listening
  await server.close()
  expect(heard.lostInSilence(box)).toEqual([])
  // A read is of 64 kB, half a thousand frames of this kind.
  expect(turns.reduce((sum, frames) => sum + frames)).toBeGreaterThan(10_000)
  expect(Math.max(...turns)).toBeLessThan(1_000)
}, 60_000)

describeShared('a recording in the box', () => {
  it('[MD-L3] the USD-margined capture, byte for byte, with a connection cut: the book is exact again', async () => {
    const wire = wires[1] as Wire
    const { venue, market } = liveVenueNamed(wire.name)
    const file = `${sharedDir}data/crypto-raw/binance-hftbacktest/usdm/btcusdt_20240808.gz`
    const box = exchangeBox(wire, [][Symbol.iterator](), () => Date.now())
    box.play(recordedMarket(venue, market, file, box.truth))
    // A snapshot of the exchange holds 1,000 levels; what is beyond them is not known.
    const { found } = await listen(box, 'abort', 200)
    expect(found).toEqual([])
  })
})
