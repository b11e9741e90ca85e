import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Fact } from '#schemas/event.ts'
import { type BinanceServer, serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { VenueConfig } from '#services/venue/service.ts'

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
const symbol = 'BTCUSDT'
let server: BinanceServer
let n = 0
const now = 1_700_000_000_000

const tell = (topic: string, payload: object) =>
  server.hear({ topic, payload, at: ++n * 1_000, epoch: 1, n } as unknown as Fact)
const quote = (bid: string, ask: string, size = '5') =>
  tell('md.tick', { kind: 'quote', instrument: 'BTCUSDT.BINANCE', bid, bidSize: size, ask, askSize: size })

beforeEach(async () => {
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USD', fees: { takerBps: 10, makerBps: 0 } })
  const balances = { USDT: '1000', BTC: '2' }
  server = await serveBinance({ port: 0, key, config, balances, nowMs: () => now, limits: [] })
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  tell('md.instrument', { instrument: 'BTCUSDT.BINANCE', kind: 'spot', ...listing })
  quote('100.00', '101.00')
})
afterEach(() => server.close())

type Answer = { status: number; body: Record<string, unknown> & Record<string, unknown>[] }

/** A plain client of the documented protocol. */
async function call(
  method: string,
  path: string,
  params: Record<string, string> = {},
  more: object = {},
): Promise<Answer> {
  const query = new URLSearchParams({ ...params, timestamp: String(now), ...more }).toString()
  const signature = createHmac('sha256', key.secret).update(query).digest('hex')
  const url = `${server.url}/api/v3/${path}?${query}&signature=${signature}`
  const response = await fetch(url, { method, headers: { 'X-MBX-APIKEY': key.apiKey } })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
const open = async (path: string) => {
  const response = await fetch(`${server.url}/api/v3/${path}`)
  return { status: response.status, body: await response.json() }
}
const order = (side: string, type: string, more: Record<string, string>) =>
  call('POST', 'order', { symbol, side, type, ...more })
const limit = (side: string, quantity: string, price: string, more: Record<string, string> = {}) =>
  order(side, 'LIMIT', { quantity, price, timeInForce: 'GTC', ...more })
const balances = async () => {
  const { body } = await call('GET', 'account')
  return Object.fromEntries((body.balances as { asset: string }[]).map(({ asset, ...rest }) => [asset, rest]))
}

describe('a client cannot end the server', () => {
  test('with a request that is none', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws-api/v3`)
    await once(socket, 'open')
    const asked = [
      { request: '{"method":"ping","params":null}', status: 200 },
      { request: '{"method":"ping","params":{"a":{"toString":1}}}', status: 400 },
      { request: 'null', status: 400 },
    ]
    for (const { request, status } of asked) {
      socket.send(request)
      const [answer] = await once(socket, 'message')
      expect(JSON.parse(String(answer))).toMatchObject({ status })
    }
    socket.terminate()
    expect(await open('ping')).toEqual({ status: 200, body: {} })
  })

  test.each([
    'POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc',
    'GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ])('that goes away, or asks for what is no address', async (bytes) => {
    const rejections: unknown[] = []
    const onRejection = (error: unknown) => rejections.push(error)
    process.on('unhandledRejection', onRejection)
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(bytes)
    await new Promise((done) => setTimeout(done, 100))
    socket.destroy()
    await new Promise((done) => setTimeout(done, 100))
    process.off('unhandledRejection', onRejection)
    expect(rejections).toEqual([])
    expect(await open('ping')).toEqual({ status: 200, body: {} })
  })
})

describe('market data', () => {
  test('ping, time, listings with their filters, top of book', async () => {
    expect(await open('ping')).toEqual({ status: 200, body: {} })
    expect((await open('time')).body).toEqual({ serverTime: now })
    const [listed] = ((await open('exchangeInfo')).body as { symbols: { filters: unknown[] }[] }).symbols
    expect(listed).toMatchObject({ symbol, baseAsset: 'BTC', quoteAsset: 'USDT', status: 'TRADING' })
    expect(listed?.filters).toContainEqual(expect.objectContaining({ filterType: 'LOT_SIZE', stepSize: '0.001' }))
    expect((await open('ticker/bookTicker?symbol=BTCUSDT')).body).toMatchObject({ bidPrice: '100.00', askQty: '5' })
    expect((await open('depth?symbol=BTCUSDT')).body).toMatchObject({
      bids: [['100.00', '5']],
      asks: [['101.00', '5']],
    })
    expect(await open('depth?symbol=NOPE')).toEqual({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } })
    expect((await open('klines')).status).toBe(404)
  })
})

describe('orders', () => {
  test('a market order takes the ask, with its fee, and the balances say so', async () => {
    const { status, body } = await order('BUY', 'MARKET', { quantity: '2', newClientOrderId: 'my-order_1A' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      clientOrderId: 'my-order_1A',
      status: 'FILLED',
      executedQty: '2.00000000',
      cummulativeQuoteQty: '202.00000000',
      fills: [{ price: '101.00000000', qty: '2.00000000', commission: '0.00200000', commissionAsset: 'BTC' }],
    })
    expect(await balances()).toEqual({
      BTC: { free: '3.99800000', locked: '0.00000000' },
      USDT: { free: '798.00000000', locked: '0.00000000' },
    })
    const { body: trades } = await call('GET', 'myTrades', { symbol })
    expect(trades).toMatchObject([{ orderId: 1, qty: '2.00000000', isBuyer: true, isMaker: false }])
  })

  test('a limit order rests, locks, fills as a maker; the rest is canceled and freed', async () => {
    expect((await limit('BUY', '4', '99.5')).body).toMatchObject({ status: 'NEW', orderId: 1 })
    expect((await balances()).USDT).toEqual({ free: '602.00000000', locked: '398.00000000' })
    quote('99.00', '99.50', '1')
    expect((await call('GET', 'order', { symbol, orderId: '1' })).body).toMatchObject({
      status: 'PARTIALLY_FILLED',
      executedQty: '1.00000000',
    })
    expect((await balances()).USDT).toEqual({ free: '602.00000000', locked: '298.50000000' })
    expect((await call('GET', 'openOrders')).body).toHaveLength(1)
    expect((await call('DELETE', 'order', { symbol, orderId: '1' })).body).toMatchObject({ status: 'CANCELED' })
    expect((await balances()).USDT).toEqual({ free: '900.50000000', locked: '0.00000000' })
    expect(await call('DELETE', 'order', { symbol, orderId: '1' })).toMatchObject({
      status: 400,
      body: { code: -2011 },
    })
    expect((await call('GET', 'allOrders', { symbol })).body).toMatchObject([{ orderId: 1, status: 'CANCELED' }])
  })

  test('IOC expires its rest, a maker that would take is refused, a stop waits, quoteOrderQty buys whole steps', async () => {
    const ioc = await limit('BUY', '7', '101', { timeInForce: 'IOC' })
    expect(ioc.body).toMatchObject({ status: 'EXPIRED', executedQty: '5.00000000' })
    const maker = await order('BUY', 'LIMIT_MAKER', { quantity: '1', price: '101' })
    expect(maker.body).toEqual({ code: -2010, msg: 'Order would immediately match and take.' })
    const stop = await order('SELL', 'STOP_LOSS', { quantity: '1', stopPrice: '95', newOrderRespType: 'RESULT' })
    expect(stop.body).toMatchObject({ status: 'NEW', stopPrice: '95.00000000' })
    quote('94.00', '96.00')
    expect((await call('GET', 'order', { symbol, orderId: String(stop.body.orderId) })).body).toMatchObject({
      status: 'FILLED',
      cummulativeQuoteQty: '94.00000000',
    })
    const spent = await order('BUY', 'MARKET', { quoteOrderQty: '100' })
    expect(spent.body).toMatchObject({ executedQty: '1.04100000' })
  })

  test('cancelReplace says what it did where one half of it fails', async () => {
    const { body: first } = await limit('SELL', '1', '900')
    const replaced = (id: string, quantity: string) =>
      call('POST', 'order/cancelReplace', {
        symbol,
        side: 'SELL',
        type: 'LIMIT',
        quantity,
        price: '800',
        timeInForce: 'GTC',
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId: id,
      })
    expect(await replaced(String(first.orderId), '5000')).toMatchObject({
      status: 409,
      body: {
        code: -2021,
        data: { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE', newOrderResponse: { code: -2010 } },
      },
    })
    expect(await replaced('999', '1')).toMatchObject({
      status: 400,
      body: { code: -2022, data: { cancelResult: 'FAILURE', newOrderResult: 'NOT_ATTEMPTED', newOrderResponse: null } },
    })
  })

  test('cancelReplace replaces; openOrders are canceled together', async () => {
    await limit('BUY', '1', '90')
    const replaced = await call('POST', 'order/cancelReplace', {
      symbol,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '1',
      price: '91',
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrderId: '1',
    })
    expect(replaced.body).toMatchObject({
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: { orderId: 1, status: 'CANCELED' },
      newOrderResponse: { orderId: 2, status: 'NEW' },
    })
    await limit('SELL', '1', '200')
    expect((await call('DELETE', 'openOrders', { symbol })).body).toHaveLength(2)
    expect((await call('GET', 'openOrders', { symbol })).body).toEqual([])
  })
})

describe('refusals, as Binance says them', () => {
  test.each([
    ['QUANTITY off the step', () => limit('BUY', '0.0015', '99'), -1013],
    ['PRICE off the tick', () => limit('BUY', '1', '99.001'), -1013],
    ['more than it has', () => limit('BUY', '11', '99'), -2010],
    ['sells what it has not', () => limit('SELL', '2.001', '200'), -2010],
    ['no price', () => order('BUY', 'LIMIT', { quantity: '1', timeInForce: 'GTC' }), -1102],
    ['no time in force', () => order('BUY', 'LIMIT', { quantity: '1', price: '99' }), -1102],
    ['a side that is none', () => order('HOLD', 'MARKET', { quantity: '1' }), -1117],
    ['a type that is none', () => order('BUY', 'ICEBERG', { quantity: '1' }), -1116],
    ['an exponent', () => limit('BUY', '1e1', '99'), -1100],
    ['a negative', () => limit('BUY', '-1', '99'), -1100],
    ['an order that is none', () => call('GET', 'order', { symbol, orderId: '77' }), -2013],
    ['a symbol that is none', () => call('GET', 'myTrades', { symbol: 'NOPE' }), -1121],
    ['an old timestamp', () => call('GET', 'account', {}, { timestamp: String(now - 6_000) }), -1021],
    [
      'no key',
      async () => {
        const response = await fetch(`${server.url}/api/v3/account?timestamp=${now}&signature=00`)
        return { status: response.status, body: (await response.json()) as Answer['body'] }
      },
      -2014,
    ],
    [
      'a key of another',
      async () => {
        const headers = { 'X-MBX-APIKEY': 'x'.repeat(64) }
        const response = await fetch(`${server.url}/api/v3/account?timestamp=${now}&signature=00`, { headers })
        return { status: response.status, body: (await response.json()) as Answer['body'] }
      },
      -2015,
    ],
    [
      'a signature of another',
      async () => {
        const url = `${server.url}/api/v3/account?timestamp=${now}&signature=${'0'.repeat(64)}`
        const response = await fetch(url, { headers: { 'X-MBX-APIKEY': key.apiKey } })
        return { status: response.status, body: (await response.json()) as Answer['body'] }
      },
      -1022,
    ],
  ])('%s', async (_, ask, code) => {
    const { status, body } = await ask()
    expect({ code: body.code, isRefused: status >= 400 && status < 500 }).toEqual({ code, isRefused: true })
    expect((await call('GET', 'openOrders')).body).toEqual([])
  })

  test('a client order id that is open is refused, and may be used again afterwards', async () => {
    await limit('BUY', '1', '90', { newClientOrderId: 'a' })
    expect((await limit('BUY', '1', '90', { newClientOrderId: 'a' })).body).toMatchObject({ code: -2010 })
    await call('DELETE', 'order', { symbol, origClientOrderId: 'a' })
    expect((await limit('BUY', '1', '90', { newClientOrderId: 'a' })).body).toMatchObject({ status: 'NEW' })
  })
})

describe('streams', () => {
  async function listen(path: string) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`)
    const frames: Record<string, unknown>[] = []
    socket.on('message', (bytes) => frames.push(JSON.parse(String(bytes))))
    await once(socket, 'open')
    return { socket, frames }
  }
  const soon = { timeout: 3_000 }

  test('book ticker raw and combined, subscriptions by command, nothing unknown', async () => {
    const raw = await listen('/ws/btcusdt@bookTicker')
    const combined = await listen('/stream?streams=btcusdt@trade')
    combined.socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 7 }))
    await expect.poll(() => combined.frames, soon).toEqual([{ result: null, id: 7 }])
    quote('102.00', '103.00')
    tell('md.tick', { kind: 'trade', instrument: 'BTCUSDT.BINANCE', price: '103.00', size: '0.5', aggressor: 'buy' })
    await expect.poll(() => raw.frames, soon).toMatchObject([{ s: symbol, b: '102.00', a: '103.00' }])
    await expect
      .poll(() => combined.frames.slice(1), soon)
      .toMatchObject([
        { stream: 'btcusdt@bookTicker', data: { b: '102.00' } },
        { stream: 'btcusdt@trade', data: { e: 'trade', p: '103.00', q: '0.5', m: false } },
      ])
    combined.socket.send('{')
    await expect.poll(() => combined.frames.at(-1), soon).toMatchObject({ error: { code: 2 } })
    const none = new WebSocket(`${server.url.replace('http', 'ws')}/nope`)
    expect((await once(none, 'close'))[0]).toBe(1008)
  })

  test('the user data stream says every report and the balances after it', async () => {
    const created = await fetch(`${server.url}/api/v3/userDataStream`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': key.apiKey },
    })
    const { listenKey } = (await created.json()) as { listenKey: string }
    const { frames } = await listen(`/ws/${listenKey}`)
    await limit('BUY', '2', '99.5', { newClientOrderId: 'mine' })
    quote('99.00', '99.50', '2')
    await expect.poll(() => frames.length, soon).toBe(4)
    expect(frames).toMatchObject([
      { e: 'executionReport', c: 'mine', x: 'NEW', X: 'NEW', q: '2.00000000', w: true },
      { e: 'outboundAccountPosition', B: [{ a: 'BTC' }, { a: 'USDT', f: '801.00000000', l: '199.00000000' }] },
      { e: 'executionReport', x: 'TRADE', X: 'FILLED', l: '2.00000000', L: '99.50000000', m: true, w: false },
      {
        e: 'outboundAccountPosition',
        B: [
          { a: 'BTC', f: '4.00000000' },
          { a: 'USDT', f: '801.00000000', l: '0.00000000' },
        ],
      },
    ])
  })
})
