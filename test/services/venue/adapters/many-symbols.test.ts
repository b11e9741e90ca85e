import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'
import { serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { VenueConfig } from '#services/venue/service.ts'
import { gatewayScene, when } from './gateway-scene.ts'

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
const symbols = Array.from({ length: 600 }, (_, index) => `S${index}USDT`)
const instruments = symbols.map((symbol) => `${symbol}.BINANCE`)
const scene = gatewayScene('S300USDT.BINANCE')
let server: Awaited<ReturnType<typeof serveBinance>>

beforeEach(async () => {
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USDT', fees: { takerBps: 10, makerBps: 5 } })
  server = await serveBinance({ port: 0, key, config, balances: { USDT: '1000000' }, nowMs: Date.now })
  let n = 0
  const tell = <T extends Topic>(topic: T, payload: PayloadOf<T>) =>
    server.hear({ topic, payload, at: Date.now() * 1_000, epoch: 1, n: n++ } as unknown as Fact)
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  const quote = { kind: 'quote', bid: '99.00', ask: '101.00', bidSize: '10', askSize: '10' }
  for (const instrument of instruments) {
    tell('md.instrument', { instrument, kind: 'spot', ...listing } as PayloadOf<'md.instrument'>)
    tell('md.tick', { instrument, ...quote } as PayloadOf<'md.tick'>)
  }
  scene.begin()
  for (const instrument of instruments) scene.list(instrument)
})
afterEach(async () => {
  scene.stop()
  await server.close()
})

/** With the limit of requests that Spot has; what is asked of the record, and sent. */
function start(asked: string[]): void {
  const restUrl = server.url
  const addresses = { restUrl, wsUrl: `${restUrl.replace('http', 'ws')}/ws-api/v3` }
  const credentials = new Credentials(key.apiKey, key.secret)
  const venue = binanceSpot({ config: { symbols: {}, timeoutMs: 2_000 }, addresses, credentials, nowMs: Date.now })
  const watched: RealVenue = {
    ...venue,
    place: (order, ...rest) => {
      asked.push(`place ${order.instrument}`)
      return venue.place(order, ...rest)
    },
    history: {
      ...venue.history,
      trades: (sinceMs, part) => {
        asked.push(part)
        return venue.history.trades(sinceMs, part)
      },
    },
  }
  scene.start(watched, { reconcileMs: 2_000 })
}

const buy = (symbol: string) =>
  server.venue.place({
    symbol: server.venue.symbols.get(symbol) as never,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'IOC',
    quantity: '1',
    price: '101.00',
    stopPrice: null,
    clientOrderId: 'other-1',
  })

test('[G40] 600 listed symbols are reconciled within Spot’s limit of requests: at once what is traded, and what a balance differs by', async () => {
  const asked: string[] = []
  start(asked)
  await scene.hasSaid('venue.reconciled')
  expect(asked.length).toBeLessThanOrEqual(20)
  expect(asked).not.toContain('S300USDT')
  scene.submit('t-1-0')
  await scene.hasSaid('order.accepted')
  expect(asked.slice(asked.indexOf('S300USDT')).slice(0, 2)).toEqual(['S300USDT', 'place S300USDT.BINANCE'])
  scene.die()
  buy('S577USDT')
  asked.length = 0
  start(asked)
  await scene.hasSaid('venue.reconciled')
  // The order of the log is in it.
  expect(asked).toContain('S300USDT')
  expect(asked.length).toBeLessThanOrEqual(21)
  await when(() => scene.topics().includes('order.fill'))
  expect(scene.said.find(({ topic }) => topic === 'order.fill')?.payload).toMatchObject({
    instrument: 'S577USDT.BINANCE',
    strategy: 'external',
    quantity: '1',
  })
  expect(asked.length).toBeLessThanOrEqual(42)
  expect(scene.notes.filter((note) => note.includes('limit'))).toEqual([])
}, 60_000)
