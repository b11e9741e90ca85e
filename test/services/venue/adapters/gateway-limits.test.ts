import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Fact } from '#schemas/event.ts'
import { serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { KnownTrades } from '#services/venue/adapters/gateway/known-trades.ts'
import type { VenueTrade } from '#services/venue/adapters/gateway/real-venue.ts'
import { VenueConfig } from '#services/venue/service.ts'
import { chanceOf } from '#test/faults/chance.ts'
import type { Line } from '#test/faults/round-venues.ts'
import { roundVenues } from '#test/faults/round-venues.ts'
import { gatewayScene, pause, submitted, when } from './gateway-scene.ts'
import { instrument, key } from './served-market.ts'
import { spotAdapters } from './spot-adapters.ts'

type Refusal = { readonly status: number; readonly seconds: number }

const noTrades = { status: 200, seconds: 0 }

/** Before a venue: what limits, and counts what is asked all the same. */
async function limitedLine(url: string, limits: (what: string, query: URLSearchParams) => Refusal | null) {
  const { origin, host } = new URL(url)
  const asked: string[] = []
  const refused: string[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url: target = '', headers } = request
    const body = await text(request)
    const what = `${method} ${target.split('?')[0]}`
    asked.push(what)
    const limit = limits(what, new URL(target, origin).searchParams)
    if (limit === noTrades) return void response.end('[]')
    if (limit !== null) {
      refused.push(what)
      const headersOf = { 'retry-after': String(limit.seconds) }
      return void response.writeHead(limit.status, headersOf).end('{"code":-1003,"msg":"Too many requests"}')
    }
    const sent = { 'x-mbx-apikey': String(headers['x-mbx-apikey']), 'content-type': String(headers['content-type']) }
    try {
      const answer = await fetch(`${origin}${target}`, { method, headers: sent, ...(body === '' ? {} : { body }) })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    } catch {
      // The venue behind it has closed: so does this side.
      response.destroy()
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { line: { restUrl, wsUrl: `ws://${host}/ws-api/v3` } as Line, asked, refused, close }
}

const kinds = [
  ['binance', 'BTCUSDT.BINANCE', 418],
  ['binance', 'BTCUSDT.BINANCE', 429],
  ['ccxt', 'BTCUSDT.BINANCE', 418],
  ['binance-usdm', 'BTCUSDT-PERP.BINANCE', 429],
] as const

/** A gateway that is reconciled with a venue, and what limits it from then on. */
async function reconciledBehind(kind: keyof typeof roundVenues, instrument: string) {
  const venue = await roundVenues[kind](chanceOf(1))
  const line: { limit: Refusal | null } = { limit: null }
  const { line: way, refused, close } = await limitedLine(venue.url, () => line.limit)
  const scene = gatewayScene(instrument)
  scene.begin()
  scene.list()
  const real = await venue.connect(way, { symbols: {}, timeoutMs: 1_000 })
  scene.start(real, { windowMs: 3_000 })
  await scene.hasSaid('venue.reconciled')
  const end = async () => {
    scene.stop()
    close()
    await venue.close()
  }
  return { scene, real, line, refused, end }
}

test.each(kinds)(
  '[G24] [G15] %s %s: after a %i nothing is sent before the instant it names, and a question is answered so',
  async (kind, instrument, status) => {
    const { scene, real, line, refused, end } = await reconciledBehind(kind, instrument)
    scene.submit('t-1-0')
    await scene.hasSaid('order.accepted')
    line.limit = { status, seconds: 6 }
    await when(() => refused.length > 0)
    await pause(200)
    const { length } = refused
    scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    scene.submit('t-2-0')
    const one = { instrument, venueClientId: 't-1-0', venueOrderId: null, waits: false }
    expect(await real.find(one)).toMatchObject({ kind: 'nothing', isHeldBack: true })
    await pause(3_000)
    expect(refused).toHaveLength(length)
    expect(length).toBeLessThan(4)
    line.limit = null
    await when(() => scene.topics().includes('order.canceled'))
    await end()
  },
  30_000,
)

test.each(['binance', 'binance-usdm'] as const)(
  '[G24] %s: maintenance that says to come again in an hour holds back no cancel, and a ban that does is an alert',
  async (kind) => {
    const instrument = kind === 'binance' ? 'BTCUSDT.BINANCE' : 'BTCUSDT-PERP.BINANCE'
    const { scene, line, refused, end } = await reconciledBehind(kind, instrument)
    for (const order of ['t-1-0', 't-2-0']) scene.submit(order)
    await when(() => scene.topics().filter((topic) => topic === 'order.accepted').length === 2)
    line.limit = { status: 503, seconds: 3_600 }
    await when(() => refused.length > 0)
    scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    await when(() => refused.some((what) => what.startsWith('DELETE')))
    line.limit = null
    await when(() => scene.topics().includes('order.canceled'))
    line.limit = { status: 418, seconds: 3_600 }
    scene.into('order.cancel_requested', { clientOrderId: 't-2-0', instrument, reason: 'asked' })
    const isOfCancel = ({ topic, payload }: (typeof scene.said)[number]) =>
      topic === 'system.alert' && payload.subject === 't-2-0' && payload.message.startsWith('its cancel waits 3')
    await when(() => scene.said.some(isOfCancel))
    await end()
  },
  30_000,
)

test('[G24] [G34] a record of 40 days of ten symbols is read though a limit stops it: what was read is not asked again', async () => {
  const venue = await roundVenues.binance(chanceOf(1))
  const days = new Set<string>()
  let asked = 0
  let weight = 0
  // A minute's limit, in seconds: 120 of 400 questions.
  const { line, refused, close } = await limitedLine(venue.url, (what, query) => {
    if (what !== 'GET /api/v3/myTrades') return null
    if (weight >= 120) {
      setTimeout(() => {
        weight = 0
      }, 900)
      return { status: 429, seconds: 1 }
    }
    weight++
    asked++
    days.add(`${query.get('symbol')} ${query.get('startTime')}`)
    return noTrades
  })
  const scene = gatewayScene('BTCUSDT.BINANCE')
  scene.begin()
  const names = ['BTCUSDT', ...Array.from({ length: 9 }, (_, index) => `X${index}USDT`)].map((id) => `${id}.BINANCE`)
  for (const name of names) scene.list(name)
  scene.into('venue.reconciled', {
    ...{ venue: 'binance', workingOrders: 0, missing: { acceptances: 0, fills: 0, ends: 0 } },
    ...{ balances: [], external: [], differences: [] },
    trades: { since: (Date.now() - 40 * 86_400_000) * 1_000, instruments: names },
  })
  scene.start(await venue.connect(line, { symbols: {}, timeoutMs: 1_000 }), { reconcileMs: 2_000 })
  await when(() => scene.topics().includes('venue.reconciled'))
  expect(refused.length).toBeGreaterThan(1)
  // The newest day of a symbol is asked again, no other.
  expect(asked - days.size).toBeLessThan(40)
  scene.stop()
  close()
  await venue.close()
}, 30_000)

test('[G34] how far the record is read is told again when it has moved by an hour', () => {
  const trades = new KnownTrades()
  const hour = 3_600_000_000
  trades.begin(10 * hour)
  trades.toSay()
  trades.advance(10 * hour + hour / 2)
  expect(trades.hasUnsaid).toBe(false)
  trades.advance(11 * hour + 1)
  expect([trades.hasUnsaid, trades.toSay().since, trades.hasUnsaid]).toEqual([true, 11 * hour + 1 - 60_000_000, false])
  const heard = new KnownTrades()
  heard.hear({ since: 10 * hour, instruments: ['BTCUSDT.BINANCE'] })
  expect(heard.hasUnsaid).toBe(false)
})

test.each(['native', 'ccxt'] as const)(
  '[G24] %s: too many orders hold back orders alone: a cancel goes out at once',
  async (adapter) => {
    const config = VenueConfig.parse({ fill: 'touch', currency: 'USDT' })
    const limits = [{ rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 2 }] as const
    const server = await serveBinance({ port: 0, key, config, balances: { USDT: '1000' }, nowMs: Date.now, limits })
    const listing = { kind: 'spot', tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT' }
    const payload = { instrument, ...listing, isSimulated: true }
    server.hear({ topic: 'md.instrument', payload, at: 1, epoch: 1, n: 0 } as unknown as Fact)
    const wsUrl = `${server.url.replace('http', 'ws')}/ws-api/v3`
    const venue = await spotAdapters[adapter]({ restUrl: server.url, wsUrl, timeoutMs: 1_000 })
    const place = (id: string) => venue.place(submitted(id, instrument), id, Date.now(), 5_000)
    expect([(await place('t-1-0')).kind, (await place('t-2-0')).kind]).toEqual(['done', 'done'])
    expect(await place('t-3-0')).toMatchObject({ kind: 'nothing', reason: expect.stringContaining('-1015') })
    const one = { instrument, venueClientId: 't-1-0', venueOrderId: null, waits: false }
    expect([(await venue.cancel(one)).kind, (await venue.openOrders()).kind]).toEqual(['done', 'done'])
    const held = await place('t-4-0')
    expect(held).toMatchObject({ kind: 'nothing', reason: 'the limit of requests' })
    expect(held.kind === 'nothing' && held.waitMs).toBeGreaterThan(3_000)
    await server.close()
  },
)

test('[G33] the record is asked once for an order of others that had fills before the log: from there on its reports tell enough', () => {
  const [instrument, order] = ['BTCUSDT.BINANCE', 'external-BTCUSDT-7']
  const trades = new KnownTrades()
  trades.begin(1_000)
  const traded = (tradeId: string): VenueTrade => ({
    ...{ tradeId, price: '100', quantity: '1', fee: '0', feeAsset: 'USDT', liquidity: 'maker', filledAt: 2_000 },
  })
  const reports = (executed: string, ...ids: string[]) => {
    for (const id of ids) trades.add({ ...traded(id), instrument, side: 'buy', clientOrderId: order })
    return trades.hasAll(instrument, order, { executed, side: 'buy', trades: ids.map(traded) })
  }
  expect([reports('101', '1'), reports('102', '2')]).toEqual([false, false])
  const failed = trades.reading([instrument])
  expect([typeof failed, reports('103', '3')]).toEqual(['function', false])
  const read = trades.reading([instrument])
  read()
  expect([reports('104', '4'), reports('104'), reports('105', '5')]).toEqual([true, true, true])
  // One between was not told, or comes without its trade.
  expect([reports('107', '7'), reports('108')]).toEqual([false, false])
  trades.reading([instrument])()
  expect([
    reports('109', '9'),
    trades.hasAll(instrument, order, { executed: '110', side: 'buy', trades: [traded('10')] }),
  ]).toEqual([true, false])
})
