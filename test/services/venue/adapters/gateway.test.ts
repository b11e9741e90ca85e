import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event, Fact, Statement } from '#schemas/event.ts'
import { Credentials } from '#services/venue/adapters/binance/credentials.ts'
import { type BinanceServer, serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { Gateway } from '#services/venue/adapters/gateway/gateway.ts'
import { foldSaid, gatewayOrder, joinView, unsaid } from '#services/venue/adapters/gateway/gateway-order.ts'
import { VenueConfig } from '#services/venue/service.ts'
import { badLine, calm } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
const instrument = 'BTCUSDT.BINANCE'
let server: BinanceServer
let line: Awaited<ReturnType<typeof badLine>>
let gateway: Gateway | null = null
let said: Statement[] = []
let log: Event[] = []

beforeEach(async () => {
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USDT', fees: { takerBps: 10, makerBps: 0 } })
  server = await serveBinance({ port: 0, key, config, balances: { USDT: '1000', BTC: '2' }, nowMs: Date.now })
  line = await badLine(server.url, chanceOf(1))
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  market('md.instrument', { instrument, kind: 'spot', ...listing })
  quote('100.00', '101.00')
  said = []
  log = []
  into('system.config', { service: 'orders', hash: 'a'.repeat(64), config: {} })
})
afterEach(async () => {
  gateway?.close()
  line.close()
  await server.close()
})

let n = 0
const market = (topic: string, payload: object) =>
  server.hear({ topic, payload, at: ++n * 1_000, epoch: 1, n } as unknown as Fact)
const quote = (bid: string, ask: string) =>
  market('md.tick', { kind: 'quote', instrument, bid, bidSize: '5', ask, askSize: '5' })

function into<T extends Topic>(topic: T, payload: PayloadOf<T>): void {
  const seq = log.length + 1
  const event = { seq, id: `test:e1.${seq}`, topic, v: 1, at: seq, source: 'test', cause: null, payload } as Event
  log.push(event)
  gateway?.hear(event)
}

function start(external: 'refuse' | 'cancel' | 'ignore' = 'refuse'): void {
  const settings = { symbols: {}, timeoutMs: 500, windowMs: 200, inFlightMs: 50, reconcileMs: 100 }
  const { restUrl, wsUrl } = line
  gateway = new Gateway({
    ...settings,
    external,
    venue: binanceSpot({
      config: settings,
      addresses: { restUrl, wsUrl },
      credentials: new Credentials(key.apiKey, key.secret),
      nowMs: Date.now,
    }),
    nowMs: Date.now,
    say: (statement) => said.push(statement),
    note: () => undefined,
  })
  for (const event of log) gateway.hear(event)
  gateway.caughtUp()
}

const submitted = (id: string, more: object = {}): PayloadOf<'order.submitted'> => ({
  clientOrderId: id,
  approval: 'risk:1.0',
  strategy: 'test',
  instrument,
  side: 'buy',
  quantity: '1.000',
  orderType: 'limit',
  limitPrice: '90.00',
  timeInForce: 'GTC',
  expiresAt: (Date.now() + 60_000) * 1_000,
  ...more,
})
const topics = () => said.map(({ topic }) => topic)
const when = (isSo: () => boolean) => expect.poll(isSo, { timeout: 10_000, interval: 10 }).toBe(true)
const hasSaid = (topic: string) => when(() => topics().includes(topic as Topic))
const atVenue = () => [...server.venue.orders.values()]

describe('reconciliation', () => {
  test('[G10] [G11] nothing is submitted before the venue has answered for everything', async () => {
    line.setDown(true)
    start()
    into('order.submitted', submitted('t-1-0'))
    await new Promise((done) => setTimeout(done, 300))
    expect(topics()).toEqual([])
    line.setDown(false)
    await hasSaid('order.accepted')
    expect(topics()).toEqual(['venue.reconciled', 'order.accepted'])
    expect(atVenue()).toHaveLength(1)
  })

  test('[G8] [G12] what happened while nobody looked is said at the start: acceptance, fill, then the end', async () => {
    start()
    into('order.submitted', submitted('t-1-0'))
    await when(() => atVenue().length === 1)
    gateway?.close()
    said = []
    quote('88.00', '89.00')
    start()
    await hasSaid('venue.reconciled')
    expect(topics()).toEqual(['order.accepted', 'order.fill', 'venue.reconciled'])
    expect(said[1]?.payload).toMatchObject({ tradeId: '1', price: '90', quantity: '1', leavesQuantity: '0', fee: '0' })
    expect(said[2]?.payload).toMatchObject({ missing: { acceptances: 1, fills: 1, ends: 0 }, differences: [] })
  })

  test('[G9] what the log has is not said again', async () => {
    start()
    into('order.submitted', submitted('t-1-0'))
    await hasSaid('order.accepted')
    gateway?.close()
    gateway = null
    for (const { topic, payload } of said) into(topic, payload as never)
    said = []
    start()
    await hasSaid('venue.reconciled')
    expect(topics()).toEqual(['venue.reconciled'])
  })

  test('[G13] an open order that the log does not know stops submissions, or is canceled', async () => {
    server.venue.place({
      symbol: server.venue.symbols.get('BTCUSDT') as never,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '1',
      price: '50.00',
      stopPrice: null,
      clientOrderId: 'by-hand',
    })
    start()
    into('order.submitted', submitted('t-1-0'))
    await hasSaid('system.alert')
    expect(said.find(({ topic }) => topic === 'venue.reconciled')?.payload).toMatchObject({ external: ['by-hand'] })
    expect(atVenue()).toHaveLength(1)
    gateway?.close()
    start('cancel')
    await hasSaid('order.accepted')
    expect(atVenue()[0]).toMatchObject({ clientOrderId: 'by-hand', status: 'CANCELED' })
  })

  test('[G14] money that moved without an order of ours is told with both numbers', async () => {
    start()
    await hasSaid('venue.reconciled')
    server.venue.wallet.add('USDT', { units: 5n, scale: 0 })
    await hasSaid('system.alert')
    const { payload } = said.filter(({ topic }) => topic === 'venue.reconciled').at(-1) as Statement<'venue.reconciled'>
    expect(payload.differences).toEqual([{ asset: 'USDT', expected: '1000', found: '1005' }])
  })
})

describe('fills', () => {
  const base = { base: 'BTC', quote: 'USDT' }
  const order = () => {
    const placed = gatewayOrder(submitted('t-1-0'), 'x-1-0', null)
    joinView(placed, {
      venueClientId: 'x-1-0',
      venueOrderId: '7',
      state: 'filled',
      executed: '1',
      isTriggered: false,
      trades: [
        { tradeId: '1', price: '100', quantity: '1', fee: '0.001', feeAsset: 'BTC', liquidity: 'taker', filledAt: 1 },
      ],
    })
    return placed
  }

  test('a commission in what was bought is told as taken of the position, and its worth as the fee', () => {
    expect([...unsaid(order(), base)].at(1)?.payload).toMatchObject({
      quantity: '1',
      fee: '0.1',
      feePaid: { asset: 'BTC', amount: '0.001', isOfPosition: true },
    })
  })

  test('[G13] trades of an order that the log has ended are said, and nothing else', () => {
    const ended = order()
    const payload = { clientOrderId: 't-1-0', instrument, leavesQuantity: '1', reason: 'x' }
    foldSaid(ended, { topic: 'order.canceled', payload })
    expect([...unsaid(ended, base)].map(({ topic }) => topic)).toEqual(['order.fill'])
  })
})

describe('one submission', () => {
  test('[G2] the answer is lost: it is asked for, not sent again', async () => {
    start()
    into('order.submitted', submitted('t-1-0'))
    await hasSaid('order.accepted')
    line.set({ ...calm, lostAnswer: 1 })
    into('order.submitted', submitted('t-2-0', { orderType: 'market', limitPrice: undefined }))
    await when(() => atVenue().length === 2)
    await new Promise((done) => setTimeout(done, 600))
    line.set(calm)
    await hasSaid('order.fill')
    await new Promise((done) => setTimeout(done, 600))
    expect(atVenue()).toHaveLength(2)
    expect(topics().filter((topic) => topic === 'order.fill')).toHaveLength(1)
  })

  test('[G4] an approval that expired before it could be sent is no order', async () => {
    line.setDown(true)
    start()
    into('order.submitted', submitted('t-1-0', { expiresAt: (Date.now() + 100) * 1_000 }))
    await hasSaid('order.rejected')
    expect(said[0]?.payload).toMatchObject({ code: 'EXPIRED' })
    line.setDown(false)
    await hasSaid('venue.reconciled')
    expect(atVenue()).toEqual([])
  })

  test('[G4] a cancel that comes before the submission could be sent', async () => {
    line.setDown(true)
    start()
    into('order.submitted', submitted('t-1-0'))
    into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'halted' })
    await hasSaid('order.canceled')
    expect(said[0]?.payload).toMatchObject({ leavesQuantity: '1.000', reason: 'halted' })
  })

  test.each([
    ['INSUFFICIENT_BALANCE', { quantity: '500' }],
    ['QUANTITY_INVALID', { quantity: '0.0001' }],
    ['TERMS_INVALID', { timeInForce: 'DAY' }],
    ['TERMS_INVALID', { isReduceOnly: true }],
    ['TERMS_INVALID', { bracket: { stopLoss: '80' } }],
    ['INSTRUMENT_UNKNOWN', { instrument: 'NOPE.BINANCE' }],
    ['INSTRUMENT_UNKNOWN', { instrument: 'SPY.USA' }],
  ])('[G5] [G6] %s for %j', async (code, more) => {
    start()
    await hasSaid('venue.reconciled')
    into('order.submitted', submitted('t-1-0', more))
    await hasSaid('order.rejected')
    expect(said.at(-1)?.payload).toMatchObject({ code })
    expect(atVenue()).toEqual([])
  })
})

test('[G16] a cancel goes out while nothing may be submitted, and its end is said once', async () => {
  start()
  into('order.submitted', submitted('t-1-0'))
  await hasSaid('order.accepted')
  line.cut()
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
  await hasSaid('order.canceled')
  await new Promise((done) => setTimeout(done, 300))
  expect(topics().filter((topic) => topic === 'order.canceled')).toHaveLength(1)
  expect(said.find(({ topic }) => topic === 'order.canceled')?.payload).toMatchObject({
    leavesQuantity: '1',
    reason: 'asked',
  })
})

test('[G16] [G12] a cancel that had no effect while the venue was away is tried again, and an alert says so', async () => {
  start()
  into('order.submitted', submitted('t-1-0'))
  await hasSaid('order.accepted')
  line.setDown(true)
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'halted: operator' })
  await hasSaid('system.alert')
  expect(said.some(({ topic }) => topic === 'order.canceled')).toBe(false)
  line.setDown(false)
  await hasSaid('order.canceled')
  expect(atVenue()).toMatchObject([{ status: 'CANCELED' }])
})
