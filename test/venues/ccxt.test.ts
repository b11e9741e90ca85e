import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { topOf } from '#lib/book/order-book.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { catalogue } from '#schemas/catalogue.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { rebuild } from '#services/md/adapters/rebuild.ts'
import { recordMarket } from '#services/md/adapters/record-market.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { type BoxServer, serveBox } from './box-server.ts'
import { type ExchangeBox, exchangeBox, type Fault } from './exchange-box.ts'
import { madeMarket, type Wire, wires } from './made-market.ts'
import { recordedMarket } from './recorded-market.ts'

const root = mkdtempSync(join(tmpdir(), 'ccxt-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Records what ccxt tells of a box while `play` steps it; ccxt is as it is installed, but for its addresses. */
async function record(
  box: ExchangeBox,
  streams: ('trades' | 'quotes' | 'depth')[],
  play: (server: BoxServer, said: readonly string[]) => Promise<void>,
) {
  const dir = mkdtempSync(join(root, 'run-'))
  const server = await serveBox(box)
  const stopping = new AbortController()
  const said: string[] = []
  const recording = recordMarket({
    venueName: 'ccxt-binance',
    wish: { symbols: ['BTC/USDT'], streams, wsUrl: server.wsUrl, restUrl: server.restUrl },
    dir,
    keepsRaw: true,
    signal: stopping.signal,
    onProgress: () => undefined,
    onStatus: (line) => said.push(line),
  })
  for (let i = 0; i < 500 && server.connections() === 0; i++) await sleep(10)
  await play(server, said)
  // What is told of a burst is its end, or what comes next.
  for (let frame = 0; frame < 40; frame++) {
    server.step(null)
    await sleep(20)
  }
  stopping.abort()
  await recording
  await server.close()
  const facts = [...readEvents(dir)]
  for (const { topic, payload } of facts) catalogue[topic].schema.parse(payload)
  return { dir, facts }
}

const of = <T extends MarketFact['topic']>(facts: readonly MarketFact[], topic: T) =>
  facts.filter((fact): fact is MarketFact & { topic: T } => fact.topic === topic)
const lastBook = (facts: readonly MarketFact[]) => {
  const payload = of(facts, 'md.depth').at(-1)?.payload
  return [payload?.bids, payload?.asks].map((side) => side?.map(([price, size]) => [Number(price), Number(size)]))
}
const bookOf = ({ truth }: ExchangeBox) => {
  const { bids, asks } = topOf(truth.book, 50)
  return [bids, asks].map((side) => side.map(([price, size]) => [Number(price), Number(size)]))
}

describe('ccxt', () => {
  it('[MD-L7] listens to a box, through ends of connections and a hole in the book, and says that it sees no gaps', async () => {
    const wire = wires[0] as Wire
    const box = exchangeBox(wire, madeMarket(wire, seedRandom(5), Date.now()), () => Date.now())
    const { dir, facts } = await record(box, ['trades', 'depth'], async (server, said) => {
      /** Plays on until the book is there for the nth time, and does this to the update that comes next. */
      const until = async (nth: number, fault?: Fault) => {
        const isThere = () => said.some((line) => line.startsWith(`connected ccxt-binance-BTC/USDT-depth.${nth}`))
        for (let frame = 0; frame < 12_000 && !isThere(); frame++) {
          await sleep(4)
          server.step(null)
        }
        if (fault === undefined) return
        do server.step(fault)
        while (box.played.at(-1)?.update === undefined)
      }
      await until(1, 'abort')
      // A hole in Binance's book is one that the library sees by itself.
      await until(2, 'drop')
      await until(3)
    })
    expect(lastBook(facts)).toEqual(bookOf(box))
    const statuses = of(facts, 'md.status').map(({ payload }) => payload)
    const blind = statuses
      .filter(({ code }) => code === 'no_sequence')
      .map(({ stream, instrument }) => [stream, instrument])
    expect(blind.sort()).toEqual([
      ['depth', 'BTC-USDT.BINANCE'],
      ['trades', 'BTC-USDT.BINANCE'],
    ])
    expect(statuses.filter(({ state }) => state === 'disconnected').length).toBeGreaterThanOrEqual(2)
    expect(statuses.some(({ reason }) => reason?.includes('checksum') === true)).toBe(true)
    const ids = of(facts, 'md.tick').map(({ payload }) => ('tradeId' in payload ? payload.tradeId : ''))
    expect(ids.length).toBeGreaterThan(50)
    expect(new Set(ids).size).toBe(ids.length)
    const { venue, market } = venueNamed('ccxt-binance')
    expect(rebuild(dir, venue, market, () => undefined).difference).toBeNull()
  }, 120_000)
})

describe('funding by ccxt', () => {
  it('[MD-L7] is asked for where it does not come by itself: exactly what the exchange answers, and a status', async () => {
    const market = {
      ...{ symbol: 'BTCUSDT', pair: 'BTCUSDT', contractType: 'PERPETUAL', status: 'TRADING', baseAsset: 'BTC' },
      ...{ quoteAsset: 'USDT', marginAsset: 'USDT', deliveryDate: 4133404800000, onboardDate: 1569398400000 },
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '556.80', maxPrice: '4529764', tickSize: '0.10' },
        { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
      ],
    }
    const premium = {
      ...{ symbol: 'BTCUSDT', markPrice: '45802.81129892', indexPrice: '45745.47701915' },
      ...{ lastFundingRate: '0.00063520', nextFundingTime: 1621267200000, time: 1621252344001 },
    }
    const http = createServer(({ url = '' }, response) =>
      response.end(JSON.stringify(url.includes('premiumIndex') ? premium : { symbols: [market] })),
    )
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve)
    })
    const restUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const dir = mkdtempSync(join(root, 'run-'))
    const stopping = new AbortController()
    const recording = recordMarket({
      ...{ venueName: 'ccxt-binanceusdm', dir, keepsRaw: true, signal: stopping.signal },
      wish: { symbols: ['BTC/USDT:USDT'], streams: ['funding'], restUrl, wsUrl: restUrl.replace('http', 'ws') },
      onProgress: () => undefined,
      onStatus: (line) => {
        if (line.includes('no_sequence') || line.includes('asks once a minute')) stopping.abort()
      },
    })
    setTimeout(() => stopping.abort(), 30_000).unref()
    await recording
    http.close()
    const facts = [...readEvents(dir)]
    expect(of(facts, 'md.funding').map(({ payload }) => payload)).toEqual([
      {
        ...{ instrument: 'BTC-USDT-PERP.BINANCEUSDM', rate: '0.00063520', markPrice: '45802.81129892' },
        ...{ indexPrice: '45745.47701915', nextFundingAt: 1621267200000000, exchangeAt: 1621252344001000 },
      },
    ])
    expect(of(facts, 'md.status').some(({ payload }) => payload.reason?.includes('asks once a minute'))).toBe(true)
  }, 60_000)
})

describeShared('a recording of Binance in the box', () => {
  it('[MD-L7] ccxt tells its trades and its book, byte for byte the same market', async () => {
    const wire = wires[0] as Wire
    const { venue, market } = venueNamed(wire.name)
    const file = `${sharedDir}data/crypto-raw/binance-hftbacktest/spot/btcusdt_20240808.gz`
    const box = exchangeBox(wire, [][Symbol.iterator](), () => Date.now())
    box.play(recordedMarket(venue, market, file, box.truth))
    const { facts } = await record(box, ['trades', 'quotes', 'depth'], async (server) => {
      server.step(null)
      await sleep(500)
      for (let frame = 0; frame < 6_000; frame++) {
        if (frame % 20 === 0) await sleep(1)
        server.step(null)
      }
    })
    expect(lastBook(facts)).toEqual(bookOf(box))
    const told = of(facts, 'md.tick').flatMap(({ payload }) => (payload.kind === 'trade' ? [payload] : []))
    const played = box.played.flatMap(({ text, trade }) => (trade === undefined ? [] : [JSON.parse(text).data]))
    const { p, q, T, m, t } = played.at(-1)
    expect(told.at(-1)).toMatchObject({
      price: p,
      size: q,
      exchangeAt: T * 1000,
      aggressor: m ? 'sell' : 'buy',
      tradeId: String(t),
    })
    const first = played.findIndex((one) => String(one.t) === told[0]?.tradeId)
    expect(told.map(({ tradeId }) => tradeId)).toEqual(played.slice(first).map((one) => String(one.t)))
    expect(of(facts, 'md.tick').some(({ payload }) => payload.kind === 'quote')).toBe(true)
  }, 120_000)
})
