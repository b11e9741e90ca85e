import { afterEach, describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { deribitBox } from './deribit-box.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'

let box: Awaited<ReturnType<typeof deribitBox>>
let scene: ReturnType<typeof gatewayScene>

// Its day is over: it is the exchange that says when it is settled.
async function begin(name: string): Promise<void> {
  box = await deribitBox(key, { name })
  box.quote(10_000, 10_100, 5_000, 5_000)
  scene = gatewayScene(`${name}.DERIBIT`)
  scene.begin()
  start()
}
function start(): void {
  const credentials = new Credentials(key.apiKey, key.secret)
  const config = { symbols: {}, timeoutMs: 300 }
  scene.start(deribit({ config, addresses: { wsUrl: box.wsUrl }, credentials, nowMs: Date.now }))
}
afterEach(async () => {
  scene.stop()
  await box.close()
})

const market = { orderType: 'market', limitPrice: undefined }
const fills = () => scene.said.filter(({ topic }) => topic === 'order.fill')
const settled = () =>
  scene.said
    .filter(({ topic }) => topic === 'venue.settled')
    .map(({ payload }) => payload as PayloadOf<'venue.settled'>)
const newest = () =>
  scene.said.filter(({ topic }) => topic === 'venue.reconciled').at(-1)?.payload as PayloadOf<'venue.reconciled'>

/** A gateway that comes back to a log with all that was said. */
function restart(): void {
  scene.stop()
  for (const { topic, payload } of scene.forget()) scene.into(topic, payload as never)
  start()
}

describe('[G30] an option', () => {
  const name = 'BTC_USDC-27MAR26-90-C'
  const instrument = `${name}.DERIBIT`

  test('in the money is settled by the exchange’s own record, for each strategy once, with its share of the fee', async () => {
    await begin(name)
    scene.submit('t-1-0', { ...market, quantity: '2' })
    scene.submit('t-2-0', { ...market, strategy: 'other' })
    await when(() => fills().length === 2)
    await pause(300)
    expect(settled()).toEqual([])
    box.deliver(7.5, 97.5, 0.03)
    await when(() => settled().length === 2)
    const common = { instrument, contract: instrument, side: 'sell', price: '7.5', currency: 'USDC', how: 'exercised' }
    const end = { ...common, settlementPrice: '97.5', settledAt: Date.UTC(2026, 2, 27, 8, 0, 4) * 1_000 }
    expect(settled()).toEqual([
      { ...end, strategy: 'test', quantity: '2', fee: '0.02', settlementId: 'deribit-4' },
      { ...end, strategy: 'other', quantity: '1', fee: '0.01', settlementId: 'deribit-4' },
    ])
    await pause(300)
    expect(settled()).toHaveLength(2)
    restart()
    await scene.hasSaid('venue.reconciled')
    await pause(300)
    expect(scene.topics()).toEqual(['venue.reconciled'])
    expect(newest()).toMatchObject({ balances: [], differences: [] })
  })

  test('that ended while the gateway was away is settled when it is back, behind the fill that nobody had said', async () => {
    await begin(name)
    scene.submit('t-1-0', { side: 'sell', limitPrice: '100.5' })
    await scene.hasSaid('order.accepted')
    scene.stop()
    for (const { topic, payload } of scene.forget()) scene.into(topic, payload as never)
    box.quote(10_050, 10_100, 5_000, 5_000)
    box.deliver(2, 92, 0.01)
    box.age()
    start()
    await scene.hasSaid('venue.reconciled')
    expect(scene.topics()).toEqual(['order.fill', 'venue.settled', 'venue.reconciled'])
    expect(settled()).toMatchObject([{ side: 'buy', quantity: '1', price: '2', fee: '0.01', how: 'assigned' }])
    expect(newest()).toMatchObject({ balances: [], differences: [] })
  })

  test('without worth has expired', async () => {
    await begin(name)
    scene.submit('t-1-0', market)
    await when(() => fills().length === 1)
    box.deliver(0, 80, 0)
    await when(() => settled().length === 1)
    expect(settled()).toMatchObject([{ price: '0', fee: '0', how: 'expired', settlementPrice: '80' }])
  })

  test('that one strategy holds and another has sold moves nothing at the exchange, and both are settled at its worth', async () => {
    await begin(name)
    scene.submit('t-1-0', market)
    scene.submit('t-2-0', { side: 'sell', limitPrice: '99.5', strategy: 'other' })
    await when(() => fills().length === 2)
    box.deliver(7.5, 97.5, 0)
    await when(() => settled().length === 2)
    expect(settled()).toMatchObject([
      { strategy: 'test', side: 'sell', price: '7.5', how: 'exercised', fee: '0' },
      { strategy: 'other', side: 'buy', price: '7.5', how: 'assigned', fee: '0' },
    ])
  })
})

test('[G30] a dated future is delivered at its settlement price', async () => {
  await begin('BTC_USDC-27MAR26')
  scene.submit('t-1-0', market)
  await when(() => fills().length === 1)
  box.deliver(102.25, 102.25, 0.02)
  await when(() => settled().length === 1)
  expect(settled()).toMatchObject([{ side: 'sell', price: '102.25', fee: '0.02', how: 'delivered' }])
})
