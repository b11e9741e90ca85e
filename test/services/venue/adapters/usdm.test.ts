import { afterEach, beforeEach, expect, test } from 'vitest'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { badLine, calm } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'
import { usdmBox } from './usdm-box.ts'

const instrument = 'BTCUSDT-PERP.BINANCE'
const scene = gatewayScene(instrument)
const { said, notes, into, submit, topics, hasSaid } = scene
let box: Awaited<ReturnType<typeof usdmBox>>
let line: Awaited<ReturnType<typeof badLine>>

beforeEach(async () => {
  box = await usdmBox(key)
  line = await badLine(box.url, chanceOf(1))
  box.book.quote(10_000, 10_100, 5_000, 5_000)
  scene.begin()
})
afterEach(async () => {
  scene.stop()
  line.close()
  await box.close()
})

function start(more: { weightPerMinute?: number; keepAliveMs?: number } = {}): void {
  const addresses = { restUrl: line.restUrl, wsUrl: `${new URL(line.wsUrl).origin}/private/ws` }
  const credentials = new Credentials(key.apiKey, key.secret)
  const config = { symbols: {}, timeoutMs: 500 }
  const venue = { config, addresses, credentials, nowMs: Date.now, weightPerMinute: 1_000_000, ...more }
  scene.start(binanceUsdm(venue))
}

test('[G8] [G12] [G23] what was filled while nobody looked is said at the start; the position agrees', async () => {
  start()
  submit('t-1-0')
  await when(() => box.book.orders.length === 1)
  scene.stop()
  scene.forget()
  box.book.quote(8_800, 8_900, 5_000, 5_000)
  start()
  await hasSaid('venue.reconciled')
  expect(topics()).toEqual(['order.accepted', 'order.fill', 'venue.reconciled'])
  expect(said[1]?.payload).toMatchObject({ price: '90', liquidity: 'maker', leavesQuantity: '0', fee: '0.018' })
  expect(said[2]?.payload).toMatchObject({ balances: [{ asset: 'BTCUSDT', total: '1' }], differences: [] })
})

test('[G32] the stream tells that funding was paid: it is asked for at once, with nothing said twice', async () => {
  start()
  submit('t-1-0', { orderType: 'market', limitPrice: undefined })
  await hasSaid('order.fill')
  // It has asked, and would ask again after a minute.
  await pause(300)
  box.book.pay('-0.5')
  await hasSaid('venue.paid')
  box.book.pay('0.25')
  const paid = () => said.filter(({ topic }) => topic === 'venue.paid').map(({ payload }) => payload)
  await when(() => paid().length > 1)
  await pause(300)
  expect(paid()).toMatchObject([
    { strategy: 'test', instrument, amount: '-0.5', currency: 'USDT', paymentId: 'BTCUSDT-7000' },
    { strategy: 'test', instrument, amount: '0.25', currency: 'USDT', paymentId: 'BTCUSDT-7001' },
  ])
})

test('[G2] the answer is lost: it is asked for, not sent again', async () => {
  start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  line.set({ ...calm, lostAnswer: 1 })
  submit('t-2-0', { orderType: 'market', limitPrice: undefined })
  await when(() => box.book.orders.length === 2)
  await pause(500)
  line.set(calm)
  await hasSaid('order.fill')
  await pause(500)
  expect(box.book.orders).toHaveLength(2)
  expect(topics().filter((topic) => topic === 'order.fill')).toHaveLength(1)
})

test('[G20] hedge mode: the gateway says so and submits nothing, until the account is in one-way mode', async () => {
  box.hedge(true)
  start()
  submit('t-1-0')
  await when(() => notes.some((note) => note.includes('hedge mode')))
  expect(box.book.orders).toEqual([])
  box.hedge(false)
  await hasSaid('order.accepted')
})

test.each([
  ['QUANTITY_INVALID', { quantity: '0.001' }],
  ['REFUSED', { isReduceOnly: true }],
])('[G5] [G21] %s for %j', async (code, more) => {
  start()
  await scene.rejects(code, more)
  expect(box.book.orders).toEqual([])
})

test('[G21] a reduce-only order takes the position to zero, and its rest expires there', async () => {
  box.book.setPosition(400)
  start()
  await hasSaid('venue.reconciled')
  submit('t-1-0', { side: 'sell', limitPrice: '95.00', isReduceOnly: true })
  await hasSaid('order.expired')
  expect(said.find(({ topic }) => topic === 'order.fill')?.payload).toMatchObject({ quantity: '0.4' })
  expect(box.book.position).toBe('0.000')
})

test.each([
  ['says so', {}],
  ['does not say so', { isSilent: true }],
])(
  '[G22] the listen key expires and the venue %s: a new one is taken, and what happened meanwhile is said',
  async (_, how) => {
    start({ keepAliveMs: 150 })
    submit('t-1-0')
    await hasSaid('order.accepted')
    await when(() => box.counts().renewals > 0)
    box.expireKey(how)
    box.book.quote(8_800, 8_900, 5_000, 5_000)
    await hasSaid('order.fill')
    await when(() => box.counts().keys === 2)
  },
)

test('[G24] after a 429 nothing is asked before the time it names', async () => {
  start()
  await hasSaid('venue.reconciled')
  box.limit(300)
  await pause(250)
  const { asked } = box.counts()
  await pause(400)
  expect(box.counts().asked).toBe(asked)
  submit('t-1-0')
  await hasSaid('order.accepted')
})

test('[G24] queries stop at their share of the budget', async () => {
  // With the next minute it begins anew.
  while (Date.now() % 60_000 > 50_000) await pause(500)
  start({ weightPerMinute: 200 })
  await when(() => notes.some((note) => note.includes('limit of requests')))
  const { asked } = box.counts()
  await pause(400)
  expect(box.counts().asked - asked).toBeLessThan(3)
})

test('[G16] a cancel whose stream was cut has its end said once', async () => {
  start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  line.cut()
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
  await hasSaid('order.canceled')
  await pause(300)
  expect(topics().filter((topic) => topic === 'order.canceled')).toHaveLength(1)
})
