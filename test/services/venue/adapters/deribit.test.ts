import { afterEach, beforeEach, expect, test } from 'vitest'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { accountTrades } from '#services/venue/adapters/deribit/deribit-history.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { deribitBox } from './deribit-box.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'

const instrument = 'BTC_USDC-PERPETUAL.DERIBIT'
const scene = gatewayScene(instrument)
const { said, notes, into, submit, topics, hasSaid } = scene
let box: Awaited<ReturnType<typeof deribitBox>>

const begin = async (more?: { expiresIn: number }) => {
  box = await deribitBox(key, more)
  box.quote(10_000, 10_100, 5_000, 5_000)
}
beforeEach(async () => {
  await begin()
  scene.begin()
})
afterEach(async () => {
  scene.stop()
  await box.close()
})

function start(secret = key.secret): void {
  const config = { symbols: {}, timeoutMs: 300 }
  const credentials = new Credentials(key.apiKey, secret)
  scene.start(deribit({ config, addresses: { wsUrl: box.wsUrl }, credentials, nowMs: Date.now }))
}
const fills = () => said.filter(({ topic }) => topic === 'order.fill')

test('[G25] a resting order: its fills come over the account’s channels, and its cancel ends it', async () => {
  start()
  submit('t-1-0')
  submit('t-2-0', { limitPrice: '80.00' })
  await when(() => topics().filter((topic) => topic === 'order.accepted').length === 2)
  box.quote(8_900, 8_990, 400, 400)
  await when(() => fills().length === 1)
  box.quote(8_900, 8_990, 900, 900)
  await when(() => fills().length === 2)
  expect(fills().map(({ payload }) => payload)).toMatchObject([
    { clientOrderId: 't-1-0', price: '90', quantity: '0.4', leavesQuantity: '0.6', liquidity: 'maker' },
    { clientOrderId: 't-1-0', price: '90', quantity: '0.6', leavesQuantity: '0' },
  ])
  into('order.cancel_requested', { clientOrderId: 't-2-0', instrument, reason: 'asked' })
  await hasSaid('order.canceled')
  expect(said.at(-1)?.payload).toMatchObject({ clientOrderId: 't-2-0', leavesQuantity: '1', reason: 'asked' })
})

test.each(['asked', 'answer'] as const)('[G2] [G27] the %s is lost: one order, whatever came of it', async (what) => {
  start()
  await hasSaid('venue.reconciled')
  box.lose(what)
  submit('t-1-0', { orderType: 'market', limitPrice: undefined })
  await hasSaid('order.fill')
  await pause(500)
  expect(box.book.orders).toHaveLength(1)
  expect(fills()).toHaveLength(1)
})

test('[G27] what ended while nobody looked, so long ago that only the history has it, is said at the start', async () => {
  start()
  submit('t-1-0')
  submit('t-2-0')
  await when(() => topics().filter((topic) => topic === 'order.accepted').length === 2)
  scene.stop()
  // Of the first the log knows the exchange's id, of the second nothing.
  into('order.accepted', said.find(({ topic }) => topic === 'order.accepted')?.payload as never)
  box.quote(8_800, 8_900, 5_000, 5_000)
  box.age()
  scene.forget()
  start()
  await hasSaid('venue.reconciled')
  expect(fills().map(({ payload }) => (payload as { clientOrderId: string }).clientOrderId)).toEqual(['t-1-0', 't-2-0'])
  expect(said.at(-1)?.payload).toMatchObject({ balances: [{ asset: 'BTC_USDC-PERPETUAL', total: '2' }] })
  expect(box.book.orders).toHaveLength(2)
})

test('[G27] an order behind more than a page of the history is found: its fill is no rejection', async () => {
  start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  scene.stop()
  scene.forget()
  box.quote(8_800, 8_900, 5_000, 5_000)
  const [ours] = box.book.orders
  for (let n = 2; n <= 2_002; n++)
    box.book.orders.push({ ...(ours as never as object), orderId: n, clientOrderId: `other-${n}`, trades: [] } as never)
  box.age()
  start()
  await hasSaid('venue.reconciled')
  expect(topics()).toEqual(['order.accepted', 'order.fill', 'venue.reconciled'])
})

test.each(['trades', 'transactions', 'triggers'] as const)(
  '[G43] the record of %s has pages without end: an alert, once, and all that it has is said when it ends again',
  async (record) => {
    start()
    scene.list()
    submit('t-1-0', { orderType: 'market', limitPrice: undefined })
    const stop = { side: 'sell', orderType: 'stop', stopPrice: '80.00', limitPrice: undefined, isReduceOnly: true }
    submit('t-2-0', stop)
    await when(() => topics().filter((topic) => topic === 'order.accepted').length === 2)
    await hasSaid('order.fill')
    scene.die()
    for (const trigger of box.triggers.all) box.triggers.cancel(trigger)
    box.age()
    box.book.place({ newClientOrderId: 'other-1', side: 'BUY', type: 'MARKET', quantity: '0.1' })
    await pause(5)
    box.book.pay('-0.9')
    box.setEndless(record)
    start()
    await hasSaid('system.alert')
    const alerts = () => said.filter(({ topic }) => topic === 'system.alert').map(({ payload }) => payload)
    expect(alerts()).toMatchObject([{ subject: 'deribit', message: expect.stringContaining('does not end') }])
    await pause(2_300)
    expect([alerts().length, topics().includes('venue.reconciled')]).toEqual([1, false])
    box.setEndless(null)
    await hasSaid('venue.reconciled')
    expect([...topics()].sort()).toEqual([
      ...['order.canceled', 'order.fill', 'system.alert', 'venue.paid', 'venue.paid', 'venue.reconciled'],
    ])
    expect(fills()).toMatchObject([{ payload: { strategy: 'external', quantity: '0.1' } }])
  },
  30_000,
)

test('[G11] the connection is cut while an order works: it comes back, and what happened meanwhile is said', async () => {
  start()
  submit('t-1-0')
  await hasSaid('order.accepted')
  box.cut()
  box.quote(8_800, 8_900, 5_000, 5_000)
  await hasSaid('order.fill')
  expect(box.counts().grants).toBe(2)
})

test('[G28] the grant is renewed before it ends, and a sign of life is given when it is asked for', async () => {
  await box.close()
  await begin({ expiresIn: 0.2 })
  start()
  await hasSaid('venue.reconciled')
  await when(() => box.counts().grants > 2)
  box.ask('test_request')
  await pause(100)
  expect(box.counts().clients).toBe(1)
})

test('[G28] who is not let in is told why, and nothing is submitted', async () => {
  start('x'.repeat(64))
  submit('t-1-0')
  await when(() => notes.length > 0)
  await pause(300)
  expect(notes).toEqual(['the stream of deribit is closed: not let in: 13004 invalid_credentials'])
  expect(topics()).toEqual([])
  expect(box.book.orders).toEqual([])
})

test('[G33] of a trade of the account with itself both sides are told', async () => {
  const trade = {
    trade_id: 'ETH-1',
    instrument_name: 'ETH-PERPETUAL',
    price: 1,
    amount: 1,
    fee: 0,
    fee_currency: 'ETH',
  }
  const sides = ['buy', 'sell'].map((direction, n) => ({
    ...trade,
    direction,
    order_id: `ETH-${n}`,
    liquidity: 'M',
    timestamp: 1,
  }))
  const answer = await accountTrades({ call: async () => ({ result: sides }) } as never, 'ETH', 0, 1)
  expect(answer).toMatchObject({ value: [{ side: 'buy' }, { side: 'sell' }] })
})

test('[G25] a grant that ends before its time: a new connection is let in, and a cancel goes out', async () => {
  start()
  await hasSaid('venue.reconciled')
  submit('t-1-0', { limitPrice: '80.00' })
  await hasSaid('order.accepted')
  box.logOut()
  into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
  await hasSaid('order.canceled')
  expect(box.counts().grants).toBe(2)
  box.logOut()
  submit('t-2-0', { limitPrice: '80.00' })
  await when(() => box.book.orders.length === 2)
})
