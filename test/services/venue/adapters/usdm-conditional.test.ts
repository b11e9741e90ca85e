import { afterEach, beforeEach, expect, test } from 'vitest'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { callbackRateOf } from '#services/venue/adapters/binance-usdm/usdm-algo.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { badLine, calm } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'
import { usdmBox } from './usdm-box.ts'

const instrument = 'BTCUSDT-PERP.BINANCE'
const scene = gatewayScene(instrument)
const { said, into, submit, topics, hasSaid } = scene
let box: Awaited<ReturnType<typeof usdmBox>>
let line: Awaited<ReturnType<typeof badLine>>

/** Quoted around so many cents. */
const price = (cents: number) => box.book.quote(cents - 1, cents + 1, 5_000, 5_000)

beforeEach(async () => {
  box = await usdmBox(key)
  line = await badLine(box.url, chanceOf(1))
  price(10_000)
  box.book.setPosition(2_000)
  scene.begin()
})
afterEach(async () => {
  scene.stop()
  line.close()
  await box.close()
})

function start({ external = 'refuse' as const, algoLateMs = 300, ...more } = {}): void {
  const addresses = { restUrl: line.restUrl, wsUrl: `${new URL(line.wsUrl).origin}/private/ws` }
  const credentials = new Credentials(key.apiKey, key.secret)
  const config = { symbols: {}, timeoutMs: 500 }
  const venue = { config, addresses, credentials, nowMs: Date.now, weightPerMinute: 1_000_000, algoLateMs }
  scene.start(binanceUsdm(venue), { external, ...more })
}

const stop = { side: 'sell', orderType: 'stop', stopPrice: '95.00', limitPrice: undefined, isReduceOnly: true }
const stopLimit = { side: 'sell', orderType: 'stop_limit', stopPrice: '95.00', limitPrice: '96.00' }
const life = () => topics().filter((topic) => topic.startsWith('order.'))
const cancel = () => into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
/** What the instrument is made of, by an order before. */
const isKnown = async () => {
  submit('t-9-0')
  await hasSaid('order.accepted')
  scene.forget()
}
const algo = () => box.algos.algos.at(-1)

test('[G38] a stop: accepted as an algo order, triggered at its price, filled as the order that it became, each said once', async () => {
  start()
  submit('t-1-0', stop)
  await hasSaid('order.accepted')
  expect(box.book.orders).toEqual([])
  price(9_450)
  await when(() => algo()?.status === 'FINISHED')
  await hasSaid('order.fill')
  await pause(300)
  expect(life()).toEqual(['order.accepted', 'order.triggered', 'order.fill'])
  const of = (topic: string) => said.find((one) => one.topic === topic)?.payload
  expect(of('order.accepted')).toMatchObject({ venueOrderId: 'algo-1000000000000000' })
  expect(of('order.triggered')).toMatchObject({ price: '95.00' })
  expect(of('order.fill')).toMatchObject({ quantity: '1', price: '94.49', leavesQuantity: '0' })
  expect(box.book.position).toBe('1.000')
})

test('[O30] a stop that the exchange keeps no more of is refused as one too many', async () => {
  start()
  box.algos.most = 1
  submit('t-1-0', stop)
  await hasSaid('order.accepted')
  submit('t-2-0', stop)
  await hasSaid('order.rejected')
  expect(said.find(({ topic }) => topic === 'order.rejected')?.payload).toMatchObject({
    code: 'TOO_MANY_ORDERS',
    reason: '-4045 Reach max stop order limit.',
  })
})

test.each([
  ['TAKE_PROFIT_MARKET', { side: 'sell', orderType: 'market_if_touched', stopPrice: '105.00', limitPrice: undefined }],
  ['TAKE_PROFIT', { side: 'sell', orderType: 'limit_if_touched', stopPrice: '105.00', limitPrice: '104.00' }],
  ['STOP', { side: 'buy', orderType: 'stop_limit', stopPrice: '105.00', limitPrice: '107.00' }],
  ['STOP_MARKET', { side: 'buy', orderType: 'stop', stopPrice: '105.00', limitPrice: undefined }],
])('[G37] %s', async (orderType, terms) => {
  start()
  submit('t-1-0', terms)
  await hasSaid('order.accepted')
  expect(algo()).toMatchObject({ orderType, status: 'NEW' })
  price(10_600)
  await hasSaid('order.fill')
  expect(life()).toEqual(['order.accepted', 'order.triggered', 'order.fill'])
})

test('[G41] a trailing stop trails by its share of the price; that it was triggered only its fill says', async () => {
  start()
  const trailing = { orderType: 'trailing_stop', trailingOffset: '2.00', stopPrice: undefined, limitPrice: undefined }
  submit('t-1-0', { ...trailing, side: 'sell' })
  await hasSaid('order.accepted')
  expect(algo()).toMatchObject({ orderType: 'TRAILING_STOP_MARKET', callbackRate: 2 })
  for (const cents of [9_900, 11_000, 10_800]) price(cents)
  await pause(100)
  expect(life()).toEqual(['order.accepted'])
  price(10_780)
  await hasSaid('order.fill')
  expect(life()).toEqual(['order.accepted', 'order.fill'])
  expect(callbackRateOf('0.0999', '100')).toBe(null)
  expect(callbackRateOf('10', '99')).toBe(null)
  expect(callbackRateOf('0.199', '100')).toBe('0.1')
  expect(callbackRateOf('10', '100.0')).toBe('10.0')
})

test.each([
  ['REFUSED', { ...stop, stopPrice: '101.00' }],
  ['QUANTITY_INVALID', { ...stop, quantity: '0.0001' }],
  ['TERMS_INVALID', { ...stop, timeInForce: 'IOC' }],
  ['TERMS_INVALID', { ...stopLimit, isPostOnly: true }],
  ['TERMS_INVALID', { ...stop, orderType: 'trailing_stop', stopPrice: undefined, trailingOffset: '50' }],
])('[G5] [G37] [G41] %s for %j', async (code, more) => {
  start()
  await scene.rejects(code, more)
  expect(box.algos.algos).toEqual([])
})

test('[G38] what a triggered order is refused as ends it: it had been accepted', async () => {
  start()
  box.book.setPosition(0)
  submit('t-1-0', stop)
  await hasSaid('order.accepted')
  price(9_400)
  await hasSaid('order.expired')
  expect(life()).toEqual(['order.accepted', 'order.triggered', 'order.expired'])
})

test.each([
  ['waits', 0],
  ['has triggered and filled', 1],
])(
  '[G2] the answer is lost: it is asked for by its client id, and not sent again, also when it %s',
  async (_, fills) => {
    start()
    await isKnown()
    line.set({ ...calm, lostAnswer: 1 })
    submit('t-1-0', stop)
    await when(() => box.algos.algos.length === 1)
    line.cut()
    if (fills > 0) price(9_400)
    await pause(700)
    line.set(calm)
    await hasSaid(fills > 0 ? 'order.fill' : 'order.accepted')
    await pause(500)
    expect(box.algos.algos).toHaveLength(1)
    expect(life().filter((topic) => topic === 'order.fill')).toHaveLength(fills)
  },
)

test('[G2] [G42] an algo order that queries have not yet is not taken for one that never came', async () => {
  box.algos.lateMs = 1_000
  start({ algoLateMs: 1_500 })
  await isKnown()
  line.set({ ...calm, lostAnswer: 1 })
  submit('t-1-0', stop)
  await when(() => box.algos.algos.length === 1)
  line.cut()
  line.set(calm)
  await hasSaid('order.accepted')
  await pause(300)
  expect(box.algos.algos).toHaveLength(1)
})

test('[G42] one that was accepted and that queries have not yet is not doubted', async () => {
  box.algos.lateMs = 1_000
  start({ algoLateMs: 1_500 })
  submit('t-1-0', stop)
  await hasSaid('order.accepted')
  await pause(1_000)
  expect(topics()).not.toContain('system.alert')
})

test.each([
  ['waits', 10_000, ['order.accepted']],
  ['is on its way into the book', 9_400, ['order.accepted', 'order.triggered', 'order.fill']],
  ['rests there', 9_700, ['order.accepted', 'order.triggered']],
])(
  '[G11] [G38] a gateway that dies, and comes back while the order %s, says what is there once',
  async (where, cents, then) => {
    start()
    submit('t-1-0', { ...stopLimit, stopPrice: '98.00', limitPrice: where === 'rests there' ? '99.00' : '90.00' })
    await hasSaid('order.accepted')
    scene.die()
    box.algos.triggerMs = where === 'is on its way into the book' ? 300 : 0
    price(cents)
    start()
    await hasSaid('venue.reconciled')
    await pause(600)
    expect(box.algos.algos).toHaveLength(1)
    const once = then.filter((topic) => topic !== 'order.accepted')
    expect(life()).toEqual(once)
    scene.die()
    start()
    await hasSaid('venue.reconciled')
    await pause(300)
    expect(life()).toEqual([])
  },
)

test('[G38] filled while nobody looked: its fill is found at the order that it became, and is nobody else’s', async () => {
  start()
  submit('t-1-0', stop)
  await hasSaid('order.accepted')
  scene.die()
  price(9_400)
  price(10_000)
  start()
  await hasSaid('venue.reconciled')
  await pause(300)
  expect(life()).toEqual(['order.triggered', 'order.fill'])
  expect(said.filter(({ topic }) => topic === 'order.fill')).toMatchObject([{ payload: { strategy: 'test' } }])
})

test.each([
  ['waits', 10_000, 0],
  ['is on its way into the book', 9_400, 400],
  ['rests in the book', 9_400, 0],
])('[G16] [G39] a cancel of one that %s is canceled in the end, once', async (_, cents, triggerMs) => {
  start()
  box.algos.triggerMs = triggerMs
  submit('t-1-0', { ...stopLimit, limitPrice: '99.00' })
  await hasSaid('order.accepted')
  price(cents)
  await pause(50)
  cancel()
  await hasSaid('order.canceled')
  await pause(300)
  expect(life().filter((topic) => topic === 'order.canceled')).toHaveLength(1)
  expect(box.algos.algos[0]?.child?.status ?? box.algos.algos[0]?.status).toBe('CANCELED')
})

test('[G16] [G39] a cancel of one that is on its way into the book is an alert at once, once, however long that takes; then it ends', async () => {
  start({ reconcileMs: 60_000 } as never)
  box.algos.triggerMs = 2_500
  submit('t-1-0', { ...stopLimit, limitPrice: '99.00' })
  await hasSaid('order.accepted')
  price(9_400)
  await hasSaid('order.triggered')
  cancel()
  const alerts = () => said.filter(({ topic }) => topic === 'system.alert').map(({ payload }) => payload)
  await expect.poll(alerts, { timeout: 500, interval: 10 }).toHaveLength(1)
  expect(alerts()).toMatchObject([{ subject: 't-1-0', message: expect.stringContaining('on its way into the book') }])
  await hasSaid('order.canceled')
  expect([alerts().length, life()]).toEqual([1, ['order.accepted', 'order.triggered', 'order.canceled']])
})

test('[G13] [G39] an algo order of somebody else is external: nothing is submitted until it is gone, or it is canceled', async () => {
  const theirs = { algoType: 'CONDITIONAL', type: 'STOP_MARKET', side: 'SELL', quantity: '1', triggerPrice: '90' }
  box.algos.place({ ...theirs, clientAlgoId: 'other-1' })
  start()
  submit('t-1-0', stop)
  await hasSaid('system.alert')
  await pause(200)
  expect(box.algos.algos).toHaveLength(1)
  scene.stop()
  start({ external: 'cancel' as never })
  await when(() => box.algos.algos[0]?.status === 'CANCELED')
  await hasSaid('order.accepted')
})

test('[G29] [G37] a conditional order is not moved', async () => {
  start()
  submit('t-1-0', stopLimit)
  await hasSaid('order.accepted')
  into('order.update_requested', { clientOrderId: 't-1-0', instrument, limitPrice: '94.00', reason: 'x' })
  await hasSaid('order.update_rejected')
  expect(said.at(-1)?.payload).toMatchObject({ code: 'TERMS_INVALID' })
  expect(algo()).toMatchObject({ status: 'NEW', price: '96.00' })
})
