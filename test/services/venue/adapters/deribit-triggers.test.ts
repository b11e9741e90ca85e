import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { deribitBox } from './deribit-box.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'

const instrument = 'BTC_USDC-PERPETUAL.DERIBIT'
const scene = gatewayScene(instrument)
const { said, into, submit, topics, hasSaid } = scene
let box: Awaited<ReturnType<typeof deribitBox>>

beforeEach(async () => {
  box = await deribitBox(key)
  box.quote(10_000, 10_100, 5_000, 5_000)
  box.trade(10_050, 1, true)
  scene.begin()
})
afterEach(async () => {
  scene.stop()
  await box.close()
})

function start(triggerBy?: 'mark' | 'last' | 'index'): void {
  const config = { symbols: {}, timeoutMs: 300, triggerBy }
  const credentials = new Credentials(key.apiKey, key.secret)
  scene.start(deribit({ config, addresses: { wsUrl: box.wsUrl }, credentials, nowMs: Date.now }))
}
const market = { limitPrice: undefined }
const stop = { ...market, orderType: 'stop', side: 'sell', stopPrice: '95' }
const orderTopics = () => topics().filter((topic) => topic.startsWith('order.'))
const payloadOf = (topic: string) => said.find((one) => one.topic === topic)?.payload
/** What was said so far is in the log, and another process goes on. */
const restart = () => {
  scene.die()
  start()
}

test.each([
  ['stop', { ...stop, side: 'sell', stopPrice: '95' }, 'stop_market', 9_490, 'SLMS'],
  ['stop', { ...stop, side: 'buy', stopPrice: '110' }, 'stop_market', 11_010, 'SLMB'],
  ['stop_limit', { side: 'sell', stopPrice: '95', limitPrice: '90' }, 'stop_limit', 9_490, 'SLMS'],
  ['market_if_touched', { ...market, side: 'sell', stopPrice: '110' }, 'take_market', 11_010, 'TPMS'],
  ['limit_if_touched', { side: 'buy', stopPrice: '95', limitPrice: '99' }, 'take_limit', 9_490, 'TPMB'],
  ['trailing_stop', { ...market, side: 'sell', trailingOffset: '4' }, 'trailing_stop', 9_600, 'TSMS'],
] as const)(
  '[G36] %s %j is a trigger order there: accepted, triggered and filled once each, under one id of the log',
  async (orderType, terms, type, cents, word) => {
    start()
    submit('t-1-0', { ...terms, orderType })
    await hasSaid('order.accepted')
    await pause(200)
    expect(orderTopics()).toEqual(['order.accepted'])
    expect(box.triggers.all).toMatchObject([{ type, state: 'untriggered' }])
    expect(box.triggers.all[0]?.id).toContain(word)
    box.quote(cents - 10, cents + 10, 5_000, 5_000)
    await hasSaid('order.fill')
    await pause(200)
    expect(orderTopics()).toEqual(['order.accepted', 'order.triggered', 'order.fill'])
    expect(payloadOf('order.triggered')).toMatchObject({ price: 'stopPrice' in terms ? terms.stopPrice : '96.5' })
    const { venueOrderId } = payloadOf('order.accepted') as { venueOrderId: string }
    expect(venueOrderId).toBe(box.triggers.all[0]?.id)
    expect(payloadOf('order.fill')).toMatchObject({ venueOrderId, quantity: '1', leavesQuantity: '0' })
    expect(box.triggers.all).toHaveLength(1)
  },
)

test('[G36] a trailing stop follows its price and never goes back', async () => {
  start()
  submit('t-1-0', { ...market, orderType: 'trailing_stop', side: 'sell', trailingOffset: '4' })
  await hasSaid('order.accepted')
  box.quote(11_000, 11_000, 5_000, 5_000)
  box.quote(10_650, 10_650, 5_000, 5_000)
  await pause(100)
  expect(orderTopics()).toEqual(['order.accepted'])
  box.quote(10_590, 10_590, 5_000, 5_000)
  await hasSaid('order.fill')
  expect(payloadOf('order.triggered')).toMatchObject({ price: '106' })
  expect(payloadOf('order.fill')).toMatchObject({ price: '105.9' })
})

test.each(['mark', 'last', 'index'] as const)(
  '[G36] triggerBy: %s waits for that price and no other',
  async (triggerBy) => {
    start(triggerBy)
    submit('t-1-0', stop)
    await hasSaid('order.accepted')
    const others = (['mark', 'last', 'index'] as const).filter((one) => one !== triggerBy)
    for (const other of others) box.price(`${other}_price`, 9_000)
    await pause(200)
    expect(orderTopics()).toEqual(['order.accepted'])
    box.price(`${triggerBy}_price`, 9_500)
    await hasSaid('order.fill')
  },
)

test.each(['asked', 'answer'] as const)(
  '[G2] [G36] the %s of a stop is lost: one trigger order, whatever came of it, also where it has triggered since',
  async (what) => {
    start()
    await hasSaid('venue.reconciled')
    box.lose(what)
    box.cut()
    await pause(50)
    submit('t-1-0', stop)
    await pause(20)
    await hasSaid('order.accepted')
    box.quote(9_400, 9_410, 5_000, 5_000)
    await hasSaid('order.fill')
    await pause(400)
    expect(box.triggers.all).toHaveLength(1)
    expect(box.book.orders).toHaveLength(1)
    expect(orderTopics()).toEqual(['order.accepted', 'order.triggered', 'order.fill'])
  },
)

describe.each([
  ['waits', (): void => undefined, []],
  ['has triggered and rests', () => box.quote(9_400, 9_410, 5_000, 5_000), ['order.triggered']],
] as const)('[G36] a stop limit that %s', (_, move, more) => {
  const terms = { orderType: 'stop_limit', side: 'sell', stopPrice: '95', limitPrice: '94.5', isReduceOnly: true }
  beforeEach(async () => {
    box.book.setPosition(1_000)
    start()
    submit('t-1-0', terms)
    await hasSaid('order.accepted')
    move()
    for (const topic of more) await hasSaid(topic)
  })

  test('is known as open after a restart: nothing is external, nothing missing, nothing said again', async () => {
    restart()
    await hasSaid('venue.reconciled')
    await pause(300)
    expect(orderTopics()).toEqual([])
    expect(payloadOf('venue.reconciled')).toMatchObject({ external: [] })
  })

  test('ends by its cancel, once', async () => {
    into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    await hasSaid('order.canceled')
    await pause(300)
    expect(orderTopics()).toEqual(['order.accepted', ...more, 'order.canceled'])
    expect(box.orders().map(({ status }) => status)).toEqual(['CANCELED'])
  })

  test('ends by its cancel after a restart', async () => {
    restart()
    into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    await hasSaid('order.canceled')
    expect(orderTopics()).toEqual(['order.canceled'])
    expect(box.orders().map(({ status }) => status)).toEqual(['CANCELED'])
  })

  test('is moved to another limit, and stays reduce-only', async () => {
    into('order.update_requested', { clientOrderId: 't-1-0', instrument, limitPrice: '94.8', reason: 'x' })
    await hasSaid('order.updated')
    box.quote(9_480, 9_490, 300, 5_000)
    await when(() => topics().includes('order.fill'))
    expect(payloadOf('order.fill')).toMatchObject({ price: '94.8', quantity: '0.3' })
    box.book.setPosition(0)
    box.quote(9_500, 9_510, 5_000, 5_000)
    await hasSaid('order.canceled')
    expect(box.book.position).toBe('0.000')
  })

  test('whose first report was lost is found by its label, in the state that it has', async () => {
    scene.stop()
    scene.forget()
    start()
    await hasSaid('venue.reconciled')
    expect(orderTopics()).toEqual(['order.accepted', ...more])
    expect(box.orders()).toHaveLength(1)
  })
})

test('[G27] [G36] what triggered and was filled so long ago that only the histories have it is said at the start', async () => {
  start()
  submit('t-1-0', stop)
  submit('t-2-0', { ...stop, stopPrice: '94' })
  submit('t-3-0', { ...stop, stopPrice: '93' })
  submit('t-4-0', { ...stop, stopPrice: '80' })
  await when(() => orderTopics().length === 4)
  scene.stop()
  // Of the first two the log knows the exchange's id, of the others nothing.
  for (const { topic, payload } of said.slice(1, 3)) into(topic, payload as never)
  for (const { topic, payload } of said.slice(0, 1)) into(topic, payload as never)
  scene.forget()
  box.quote(9_450, 9_460, 5_000, 5_000)
  const waiting = (label: string) => box.triggers.all.find((one) => one.label.endsWith(label)) as never
  box.triggers.cancel(waiting('-2-0'))
  box.triggers.cancel(waiting('-3-0'))
  box.age()
  start()
  await when(() => topics().includes('venue.reconciled'))
  const of = (id: string) =>
    said.filter(({ payload }) => (payload as { clientOrderId?: string }).clientOrderId === id).map(({ topic }) => topic)
  expect(of('t-1-0')).toEqual(['order.triggered', 'order.fill'])
  expect(of('t-2-0')).toEqual(['order.canceled'])
  expect(of('t-3-0')).toEqual(['order.accepted', 'order.canceled'])
  expect(of('t-4-0')).toEqual(['order.accepted'])
  expect(box.orders()).toHaveLength(4)
})

test('[G36] one that the exchange refuses when it triggers has ended', async () => {
  start()
  await hasSaid('venue.reconciled')
  submit('t-1-0', { ...stop, isReduceOnly: true })
  await hasSaid('order.accepted')
  box.quote(9_400, 9_410, 5_000, 5_000)
  await hasSaid('order.canceled')
  await pause(200)
  expect(orderTopics()).toEqual(['order.accepted', 'order.triggered', 'order.canceled'])
})

test('[G36] so it is where that happened while nobody looked, long ago', async () => {
  start()
  await hasSaid('venue.reconciled')
  submit('t-1-0', { ...stop, isReduceOnly: true })
  await hasSaid('order.accepted')
  scene.die()
  box.quote(9_400, 9_410, 5_000, 5_000)
  box.age()
  start()
  await hasSaid('venue.reconciled')
  expect(orderTopics().at(-1)).toBe('order.canceled')
})

test('[G5] a stop whose price is there already is rejected for its price', async () => {
  start()
  await scene.rejects('PRICE_INVALID', { ...stop, stopPrice: '105' })
  expect(box.triggers.all).toEqual([])
})

test.each([
  ['options', { ...stop, instrument: 'BTC-27MAR26-100000-C.DERIBIT' }],
  ['bracket of an option', { instrument: 'BTC-27MAR26-100000-C.DERIBIT', bracket: { stopLoss: '80' } }],
  ['IOC', { ...stop, timeInForce: 'IOC' }],
  ['a trail with a stop of its own', { bracket: { stopLoss: '80', trailingOffset: '4' } }],
  ['a trailing stop that begins at a price', { ...stop, orderType: 'trailing_stop', trailingOffset: '4' }],
])('[G26] [G36] TERMS_INVALID for %s, and nothing is sent', async (_, terms) => {
  start()
  await scene.rejects('TERMS_INVALID', terms)
  expect(box.orders()).toEqual([])
})

test('[G36] an entry that waits for a price may have a trail in its bracket', async () => {
  start()
  submit('t-1-0', { ...stop, bracket: { trailingOffset: '4' } })
  await hasSaid('order.accepted')
})

test('[G13] a stop of somebody else is external: canceled where that is told, never adopted', async () => {
  into('md.instrument', {
    ...{ instrument, kind: 'perpetual', tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDC' },
    isSimulated: true,
  })
  box.triggers.place(-1, { type: 'stop_market', trigger: 'mark_price', trigger_price: 95, amount: 1, label: 'other-1' })
  const config = { symbols: {}, timeoutMs: 300 }
  const credentials = new Credentials(key.apiKey, key.secret)
  scene.start(deribit({ config, addresses: { wsUrl: box.wsUrl }, credentials, nowMs: Date.now }), {
    external: 'cancel',
  })
  await when(() => box.triggers.all[0]?.state === 'cancelled')
})
