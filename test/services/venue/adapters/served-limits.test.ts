import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Fact } from '#schemas/event.ts'
import { type BinanceServer, serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { VenueConfig } from '#services/venue/service.ts'

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
const begin = 1_700_000_040_000
let server: BinanceServer
let now = begin
let n = 0

const tell = (topic: string, payload: object) =>
  server.hear({ topic, payload, at: ++n * 1_000, epoch: 1, n } as unknown as Fact)
const quote = (bid: string, ask: string) =>
  tell('md.tick', { kind: 'quote', instrument: 'BTCUSDT.BINANCE', bid, bidSize: '5000', ask, askSize: '5000' })

beforeEach(async () => {
  now = begin
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USD' })
  const balances = { USDT: '1000000', BTC: '2000' }
  server = await serveBinance({ port: 0, key, config, balances, nowMs: () => now })
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  tell('md.instrument', { instrument: 'BTCUSDT.BINANCE', kind: 'spot', ...listing })
  quote('100.00', '101.00')
})
afterEach(() => server.close())

const signed = (params: Record<string, string>): string => {
  const query = new URLSearchParams({ ...params, timestamp: String(now) }).toString()
  return `${query}&signature=${createHmac('sha256', key.secret).update(query).digest('hex')}`
}
async function call(method: string, path: string, query = '') {
  const response = await fetch(`${server.url}/api/v3/${path}?${query}`, {
    method,
    headers: { 'X-MBX-APIKEY': key.apiKey },
  })
  const [weight, tenSeconds, day, retryAfter] = [
    ...['x-mbx-used-weight-1m', 'x-mbx-order-count-10s', 'x-mbx-order-count-1d', 'retry-after'],
  ].map((name) => response.headers.get(name))
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, body, weight, orders: [tenSeconds, day], retryAfter }
}
const order = (side: string, price: string, more: Record<string, string> = {}, path = 'order') =>
  call(
    'POST',
    path,
    signed({ symbol: 'BTCUSDT', side, type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price, ...more }),
  )
const ofAll = () => call('GET', 'openOrders', signed({}))

describe('[B9] request weight', () => {
  test('is counted by address and minute, whatever comes of the request, and told in every answer', async () => {
    const info = await call('GET', 'exchangeInfo')
    expect(info.body.rateLimits).toEqual([
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
    ])
    expect(info).toMatchObject({ weight: '20', orders: [null, null] })
    expect(await ofAll()).toMatchObject({ status: 200, weight: '100' })
    expect(await call('GET', 'openOrders', 'symbol=BTCUSDT')).toMatchObject({ status: 400, weight: '106' })
    expect(await call('GET', 'nothing')).toMatchObject({ status: 404, weight: '107' })
    expect(await call('GET', 'depth', 'symbol=BTCUSDT&limit=500')).toMatchObject({ status: 200, weight: '132' })
    now += 60_000
    expect(await call('GET', 'ping')).toMatchObject({ status: 200, weight: '1' })
  })

  test('beyond the limit is 429 until the minute ends; who asks on and on is banned, each time for longer', async () => {
    for (let asked = 0; asked < 75; asked++) expect((await ofAll()).status).toBe(200)
    now += 15_500
    const refused = await ofAll()
    expect(refused).toMatchObject({ status: 429, body: { code: -1003 }, weight: '6000' })
    expect(Number(refused.retryAfter)).toBe(Math.ceil((60_000 - ((begin % 60_000) + 15_500)) / 1_000))
    expect((await call('GET', 'ping')).status).toBe(429)
    for (let more = 2; more < 100; more++) expect((await call('GET', 'ping')).status).toBe(429)
    expect(await call('GET', 'ping')).toMatchObject({ status: 418, body: { code: -1003 }, retryAfter: '120' })
    now += 119_000
    expect(await call('GET', 'ping')).toMatchObject({ status: 418, retryAfter: '1' })
    now += 1_000
    expect(await call('GET', 'ping')).toMatchObject({ status: 200, weight: '1' })
    for (let asked = 0; asked < 75; asked++) await ofAll()
    for (let more = 1; more < 100; more++) await ofAll()
    expect(await ofAll()).toMatchObject({ status: 418, retryAfter: '240' })
  })
})

describe('[B9] orders of the account', () => {
  test('that have not traded are counted; beyond the limit 429, without a time to come back at', async () => {
    expect(await order('BUY', '50')).toMatchObject({ status: 200, orders: ['1', '1'] })
    expect(await order('BUY', '101')).toMatchObject({ status: 200, body: { status: 'FILLED' }, orders: ['1', '1'] })
    expect(await order('BUY', '50.001')).toMatchObject({ status: 400, orders: [null, null] })
    for (let placed = 2; placed <= 100; placed++)
      expect(await order('BUY', '50')).toMatchObject({ status: 200, orders: [String(placed), String(placed)] })
    const refused = { status: 429, body: { code: -1015, msg: expect.stringContaining('100 orders per 10 SECOND') } }
    expect(await order('BUY', '50')).toMatchObject({ ...refused, retryAfter: null })
    // One that trades makes room for another.
    quote('49.00', '50.00')
    expect(await order('BUY', '40')).toMatchObject({ status: 200 })
    now += 10_000
    expect((await order('BUY', '40')).orders[0]).toBe('1')
  })

  test('[B4] beyond the limit cancelReplace does nothing, or cancels alone, as it is told', async () => {
    const placed = await order('BUY', '50')
    for (let more = 1; more < 100; more++) await order('BUY', '50')
    const replace = (mode: string) =>
      order(
        ...['BUY', '60'],
        {
          ...{ cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: String(placed.body.orderId) },
          orderRateLimitExceededMode: mode,
        },
        'order/cancelReplace',
      )
    expect(await replace('DO_NOTHING')).toMatchObject({ status: 429, body: { code: -1015 } })
    expect(await replace('CANCEL_ONLY')).toMatchObject({
      ...{ status: 429, body: { code: -2021 } },
      body: { data: { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE', newOrderResponse: { code: -1015 } } },
    })
  })
})

test('[B9] the WebSocket API counts for the same address, and tells it in its answers', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws-api/v3`)
  await once(socket, 'open')
  const ask = async (method: string, params: object = {}) => {
    socket.send(JSON.stringify({ id: 1, method, params }))
    return JSON.parse(String((await once(socket, 'message'))[0]))
  }
  const minute = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 }
  expect(await ask('ping')).toMatchObject({ status: 200, rateLimits: [{ ...minute, count: 3 }] })
  expect(await ask('ping', { returnRateLimits: false })).toEqual({ id: 1, status: 200, result: {} })
  for (let asked = 0; asked < 74; asked++) await ofAll()
  for (let asked = 0; asked < 3; asked++) await call('GET', 'exchangeInfo')
  expect(await ask('exchangeInfo')).toMatchObject({
    status: 429,
    error: { code: -1003, data: { serverTime: now, retryAfter: now - (now % 60_000) + 60_000 } },
  })
  socket.close()
})
