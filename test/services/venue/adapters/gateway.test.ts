import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { forwardClock } from '#lib/time/forward-clock.ts'
import type { Statement } from '#schemas/event.ts'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { foldSaid, gatewayOrder, joinView, unsaid } from '#services/venue/adapters/gateway/gateway-order.ts'
import { understood } from '#services/venue/adapters/gateway/understood.ts'
import { badLine, calm } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { gatewayScene, pause, submitted, when } from './gateway-scene.ts'
import { instrument, key, type ServedMarket, servedMarket } from './served-market.ts'
import { chosen, spotAdapters } from './spot-adapters.ts'

const scene = gatewayScene(instrument)
const { said, into, submit, topics, hasSaid } = scene
let served: ServedMarket
let line: Awaited<ReturnType<typeof badLine>>

beforeEach(async () => {
  served = await servedMarket({ USDT: '1000', BTC: '2' })
  line = await badLine(served.server.url, chanceOf(1))
  scene.begin()
})
afterEach(async () => {
  scene.stop()
  line.close()
  await served.server.close()
})

async function start(external: 'refuse' | 'cancel' | 'adopt' = 'refuse', nowMs = Date.now): Promise<void> {
  const { restUrl, wsUrl } = line
  scene.start(await spotAdapters[chosen.adapter]({ restUrl, wsUrl, timeoutMs: 500, nowMs }), { external, nowMs })
}

const atVenue = () => [...served.server.venue.orders.values()]

describe('reconciliation', () => {
  test('[G10] [G11] nothing is submitted before the venue has answered for everything', async () => {
    line.setDown(true)
    await start()
    submit('t-1-0')
    await pause(300)
    expect(topics()).toEqual([])
    line.setDown(false)
    await hasSaid('order.accepted')
    expect(topics()).toEqual(['venue.reconciled', 'order.accepted'])
    expect(atVenue()).toHaveLength(1)
  })

  test.each([-3_000, 20_000])(
    '[G52] a machine whose clock is another by %i ms, or is set so, trades all the same',
    async (aheadMs) => {
      served.clock.aheadMs = aheadMs
      await start()
      await hasSaid('venue.reconciled')
      served.clock.aheadMs += 20_000
      line.cut()
      submit('t-1-0')
      await hasSaid('order.accepted')
    },
  )

  test('[G52] a clock that was ahead and is set back: orders and cancels go out', async () => {
    let aheadMs = 3_600_000
    const nowMs = forwardClock(() => Date.now() + aheadMs)
    nowMs()
    aheadMs = 0
    await start('refuse', nowMs)
    await hasSaid('venue.reconciled')
    into('order.submitted', { ...submitted('t-1-0', instrument), expiresAt: (nowMs() + 60_000) * 1_000 })
    await hasSaid('order.accepted')
    into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    await hasSaid('order.canceled')
  })

  test('[G4] an approval expires by the tree’s clock, whatever the machine’s is, and nothing is sent before that is known', async () => {
    let treeMs: number | null = null
    const nowMs = () => Date.now() + 3_600_000
    const { restUrl, wsUrl } = line
    const venue = await spotAdapters[chosen.adapter]({ restUrl, wsUrl, timeoutMs: 500, nowMs })
    scene.start(venue, { external: 'refuse', nowMs, treeMs: () => treeMs })
    await hasSaid('venue.reconciled')
    const until = (ms: number) => ({ ...submitted(`t-${ms}-0`, instrument), expiresAt: ms * 1_000 })
    into('order.submitted', until(5_000))
    into('order.submitted', until(9_000))
    await pause(300)
    expect(topics()).toEqual(['venue.reconciled'])
    treeMs = 5_001
    await hasSaid('order.accepted')
    expect(topics().slice(1).sort()).toEqual(['order.accepted', 'order.rejected'])
    expect(said.find(({ topic }) => topic === 'order.rejected')?.payload).toMatchObject({
      clientOrderId: 't-5000-0',
      code: 'EXPIRED',
    })
  })

  test('[G8] [G12] what happened while nobody looked is said at the start: acceptance, fill, then the end', async () => {
    await start()
    submit('t-1-0')
    await when(() => atVenue().length === 1)
    scene.stop()
    scene.forget()
    served.quote('88.00', '89.00')
    await start()
    await hasSaid('venue.reconciled')
    expect(topics()).toEqual(['order.accepted', 'order.fill', 'venue.reconciled'])
    expect(said[1]?.payload).toMatchObject({ tradeId: '1', price: '90', quantity: '1', leavesQuantity: '0', fee: '0' })
    expect(said[2]?.payload).toMatchObject({ missing: { acceptances: 1, fills: 1, ends: 0 }, differences: [] })
  })

  test('[G9] what the log has is not said again', async () => {
    await start()
    submit('t-1-0')
    await hasSaid('order.accepted')
    scene.stop()
    for (const { topic, payload } of scene.forget()) into(topic, payload as never)
    await start()
    await hasSaid('venue.reconciled')
    expect(topics()).toEqual(['venue.reconciled'])
  })

  test('[G13] an open order that the log does not know stops submissions, or is canceled', async () => {
    served.server.venue.place({
      symbol: served.server.venue.symbols.get('BTCUSDT') as never,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '1',
      price: '50.00',
      stopPrice: null,
      clientOrderId: 'by-hand',
    })
    await start()
    submit('t-1-0')
    await hasSaid('system.alert')
    expect(said.find(({ topic }) => topic === 'venue.reconciled')?.payload).toMatchObject({ external: ['by-hand'] })
    expect(atVenue()).toHaveLength(1)
    scene.stop()
    await start('cancel')
    await hasSaid('order.accepted')
    expect(atVenue()[0]).toMatchObject({ clientOrderId: 'by-hand', status: 'CANCELED' })
  })

  test('[G13] adopt: an order that the log does not know is one of the account’s, one that it has ended is canceled', async () => {
    const { venue } = served.server
    const byHand = {
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '1',
      price: '50.00',
      stopPrice: null,
    } as const
    venue.place({ ...byHand, symbol: venue.symbols.get('BTCUSDT') as never, clientOrderId: 'by-hand' })
    scene.list()
    await start()
    await hasSaid('system.alert')
    scene.stop()
    scene.forget()
    await start('adopt')
    submit('t-1-0')
    await hasSaid('order.accepted')
    expect(said[0]).toMatchObject({
      topic: 'order.adopted',
      payload: {
        clientOrderId: 'external-BTCUSDT-1',
        strategy: 'external',
        quantity: '1',
        limitPrice: '50',
        filled: '0',
      },
    })
    scene.stop()
    for (const { topic, payload } of scene.forget()) into(topic, payload as never)
    into('order.canceled', { clientOrderId: 't-1-0', instrument, leavesQuantity: '1', reason: 'x' })
    await start('adopt')
    await when(
      () =>
        atVenue()
          .map(({ status }) => status)
          .join() === 'NEW,CANCELED',
    )
  })

  test('[G54] who has an order that was adopted may call the next one the same: that is another', async () => {
    const { venue } = served.server
    const symbol = venue.symbols.get('BTCUSDT') as never
    const terms = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '50.00', stopPrice: null } as const
    const place = (quantity: string) => venue.place({ ...terms, symbol, quantity, clientOrderId: 'grid-1' })
    const first = place('1')
    scene.list()
    await start('adopt')
    await hasSaid('order.adopted')
    line.setDown(true)
    line.cut()
    venue.cancel(first as never)
    place('2')
    line.setDown(false)
    await hasSaid('order.canceled')
    await when(() => topics().filter((topic) => topic === 'order.adopted').length === 2)
    const ids = said.flatMap(({ topic, payload }) => (topic === 'order.adopted' ? [payload.clientOrderId] : []))
    expect(ids).toEqual(['external-BTCUSDT-1', 'external-BTCUSDT-2'])
    expect(said.find(({ topic }) => topic === 'order.canceled')?.payload).toMatchObject({ clientOrderId: ids[0] })
    expect(atVenue().map(({ status }) => status)).toEqual(['CANCELED', 'NEW'])
  })

  test('[G13] an order that the log has ended and the venue has open is external', async () => {
    await start()
    submit('t-1-0')
    await hasSaid('order.accepted')
    scene.stop()
    into('order.accepted', said.find(({ topic }) => topic === 'order.accepted')?.payload as never)
    into('order.canceled', { clientOrderId: 't-1-0', instrument, leavesQuantity: '1', reason: 'x' })
    scene.forget()
    await start()
    submit('t-2-0')
    await hasSaid('system.alert')
    expect(said.find(({ topic }) => topic === 'venue.reconciled')?.payload).toMatchObject({
      external: [atVenue()[0]?.clientOrderId],
    })
    await pause(300)
    expect(atVenue()).toHaveLength(1)
    scene.stop()
    scene.forget()
    await start('cancel')
    await hasSaid('order.accepted')
    expect(atVenue().map(({ status }) => status)).toEqual(['CANCELED', 'NEW'])
  })

  test('[G14] money that moved without an order of ours is told with both numbers', async () => {
    await start()
    await hasSaid('venue.reconciled')
    served.server.venue.wallet.add('USDT', { units: 5n, scale: 0 })
    await hasSaid('system.alert')
    const { payload } = said.filter(({ topic }) => topic === 'venue.reconciled').at(-1) as Statement<'venue.reconciled'>
    expect(payload.differences).toEqual([{ asset: 'USDT', expected: '1000', found: '1005' }])
  })
})

describe('fills', () => {
  const base = { base: 'BTC', quote: 'USDT' }
  const order = () => {
    const placed = gatewayOrder(submitted('t-1-0', instrument), 0, 'x-1-0', null)
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
    await start()
    submit('t-1-0')
    await hasSaid('order.accepted')
    line.set({ ...calm, lostAnswer: 1 })
    submit('t-2-0', { orderType: 'market', limitPrice: undefined })
    await when(() => atVenue().length === 2)
    await pause(600)
    line.set(calm)
    await hasSaid('order.fill')
    await pause(600)
    expect(atVenue()).toHaveLength(2)
    expect(topics().filter((topic) => topic === 'order.fill')).toHaveLength(1)
  })

  test('[G4] an approval that expired before it could be sent is no order', async () => {
    line.setDown(true)
    await start()
    submit('t-1-0', { expiresAt: (Date.now() + 100) * 1_000 })
    await hasSaid('order.rejected')
    expect(said[0]?.payload).toMatchObject({ code: 'EXPIRED' })
    line.setDown(false)
    await hasSaid('venue.reconciled')
    expect(atVenue()).toEqual([])
  })

  test('[G4] a cancel that comes before the submission could be sent', async () => {
    line.setDown(true)
    await start()
    submit('t-1-0')
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
    await start()
    await scene.rejects(code, more)
    expect(atVenue()).toEqual([])
  })
})

test('[G16] a cancel goes out while nothing may be submitted, and its end is said once', async () => {
  await start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  line.cut()
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
  await hasSaid('order.canceled')
  await pause(300)
  expect(topics().filter((topic) => topic === 'order.canceled')).toHaveLength(1)
  expect(said.find(({ topic }) => topic === 'order.canceled')?.payload).toMatchObject({
    leavesQuantity: '1',
    reason: 'asked',
  })
})

test('[G16] [G12] a cancel that had no effect while the venue was away is tried again, and an alert says so', async () => {
  await start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  line.setDown(true)
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'halted: operator' })
  await hasSaid('system.alert')
  expect(said.some(({ topic }) => topic === 'order.canceled')).toBe(false)
  line.setDown(false)
  await hasSaid('order.canceled')
  expect(atVenue()).toMatchObject([{ status: 'CANCELED' }])
})

test('[G29] [G35] Spot moves no price in place: that is told, and the order works on, also where it is filled in part', async () => {
  await start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  into('order.update_requested', { clientOrderId: 't-1-0', instrument, limitPrice: '89.5', reason: 'x' })
  await hasSaid('order.update_rejected')
  expect(said.at(-1)?.payload).toMatchObject({
    code: 'TERMS_INVALID',
    reason: expect.stringMatching(/binance moves no (price|order) in place/),
  })
  expect(atVenue()).toMatchObject([{ status: 'NEW' }])
  // Also where it was filled in part: nothing was asked of the venue that could end it.
  served.quote('88.00', '89.00', '0.4')
  await hasSaid('order.fill')
  into('order.update_requested', { clientOrderId: 't-1-0', instrument, limitPrice: '89.7', reason: 'x' })
  await when(() => topics().filter((topic) => topic === 'order.update_rejected').length === 2)
  expect(said.at(-1)?.payload).toMatchObject({ code: 'TERMS_INVALID' })
  expect(atVenue()).toMatchObject([{ status: 'PARTIALLY_FILLED', request: { price: '90' } }])
  if (chosen.adapter !== 'native') return
  into('order.update_requested', { clientOrderId: 't-1-0', instrument, quantity: '0.6', reason: 'x' })
  await hasSaid('order.updated')
  served.quote('88.00', '89.00', '5')
  await when(() => atVenue()[0]?.status === 'FILLED')
  await when(() => said.some(({ payload }) => (payload as { leavesQuantity?: string }).leavesQuantity === '0'))
})

test('[G35] at Spot an order is made smaller where it stands, once, also where the answer is lost; its rest is what it leaves', async () => {
  if (chosen.adapter !== 'native') return
  const less = (quantity: string) =>
    into('order.update_requested', { clientOrderId: 't-1-0', instrument, quantity, reason: 'x' })
  const updates = () => said.filter(({ topic }) => topic === 'order.updated')
  await start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  less('0.8')
  await hasSaid('order.updated')
  expect(served.server.venue.wallet.balance('USDT')).toMatchObject({ locked: '72.00000000' })
  line.set({ ...calm, lostAnswer: 1 })
  less('0.5')
  await when(() => atVenue()[0]?.request.quantity === '0.5')
  line.set(calm)
  await when(() => updates().length === 2)
  expect(updates()).toMatchObject([{ payload: { quantity: '0.8' } }, { payload: { quantity: '0.5' } }])
  less('0.7')
  await hasSaid('order.update_rejected')
  expect(said.at(-1)?.payload).toMatchObject({ code: 'REFUSED', reason: expect.stringContaining('-2038') })
  scene.die()
  await start()
  await hasSaid('venue.reconciled')
  served.quote('88.00', '89.00')
  await hasSaid('order.fill')
  expect(said.at(-1)?.payload).toMatchObject({ quantity: '0.5', leavesQuantity: '0' })
})

test.each([
  ['binance-spot', 'balances', { balances: [{ asset: 'USDT', free: '1E-8', locked: '0' }] }],
  ['binance-usdm', 'balances', [{ symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: 'abc' }]],
  ['binance-usdm', 'payments', [{ symbol: 'BTCUSDT', income: '1E-8', asset: 'USDT', time: 1, tranId: 1 }]],
] as const)('[G11] %s: a number that is none in its %s proves nothing, and ends nothing', async (kind, what, told) => {
  const server = createServer(({ url }, response) => {
    const isMode = url?.includes('positionSide/dual')
    response.writeHead(200).end(JSON.stringify(isMode ? { dualSidePosition: false } : told))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const place = { config: { symbols: {}, timeoutMs: 500 }, addresses: { restUrl, wsUrl: restUrl }, nowMs: Date.now }
  const credentials = new Credentials(key.apiKey, key.secret)
  const venue =
    kind === 'binance-spot' ? binanceSpot({ ...place, credentials }) : binanceUsdm({ ...place, credentials })
  const answer = await (what === 'balances' ? venue.balances() : venue.payments?.(0, ['BTCUSDT']))
  expect(answer).toMatchObject({ kind: 'nothing', reason: expect.stringContaining('not understood') })
  server.close()
})

test('what cannot be read of what was told proves nothing', () => {
  expect(understood('1E-8', z.string(), parseExact)).toMatchObject({ kind: 'nothing' })
  expect(understood('1.5', z.string(), parseExact)).toMatchObject({ kind: 'done' })
})

test('[G31] an order that Spot has archived, since it ended unfilled long ago, has ended', async () => {
  const said = {
    code: -2026,
    msg: 'Order was canceled or expired with no executed qty over 90 days ago and has been archived.',
  }
  const server = createServer((_, response) => response.writeHead(400).end(JSON.stringify(said)))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const venue = await spotAdapters.native({ restUrl, wsUrl: restUrl, timeoutMs: 500 })
  const found = await venue.find({ instrument, venueClientId: 'x-1-0', venueOrderId: '7', waits: false })
  expect(found).toMatchObject({ kind: 'done', value: { state: 'canceled', executed: '0', venueOrderId: '7' } })
  server.close()
})
