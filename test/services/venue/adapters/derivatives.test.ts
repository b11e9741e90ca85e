import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { badLine } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { boxName, deribitBox } from './deribit-box.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'
import { key } from './served-market.ts'
import type { UsdmBook } from './usdm-book.ts'
import { usdmBox } from './usdm-box.ts'

/** An exchange in a box, how it is connected to, and how the connection is lost for a moment. */
type Boxed = {
  readonly book: UsdmBook
  readonly connect: () => RealVenue
  readonly cut: () => void
  /** The next change of an order arrives so much later, and its answer never. */
  readonly lateEdit: (ms: number) => void
  readonly close: () => Promise<void>
}
const credentials = () => new Credentials(key.apiKey, key.secret)

async function usdm(): Promise<Boxed> {
  const box = await usdmBox(key)
  const line = await badLine(box.url, chanceOf(1))
  const addresses = { restUrl: line.restUrl, wsUrl: `${new URL(line.wsUrl).origin}/private/ws` }
  const config = { symbols: {}, timeoutMs: 500 }
  return {
    book: box.book,
    lateEdit: box.lateEdit,
    connect: () =>
      binanceUsdm({ config, addresses, credentials: credentials(), nowMs: Date.now, weightPerMinute: 1_000_000 }),
    cut: () => {
      line.setDown(true)
      setTimeout(() => line.setDown(false), 200)
    },
    close: async () => {
      line.close()
      await box.close()
    },
  }
}

async function deribits(): Promise<Boxed> {
  const box = await deribitBox(key)
  const config = { symbols: {}, timeoutMs: 300 }
  return {
    book: box.book,
    connect: () => deribit({ config, addresses: { wsUrl: box.wsUrl }, credentials: credentials(), nowMs: Date.now }),
    cut: box.cut,
    lateEdit: box.lateEdit,
    close: box.close,
  }
}

/** One suite for both: what is told of an order does not depend on where it is. */
describe.each([
  { name: 'binance-usdm', open: usdm, asset: 'BTCUSDT', currency: 'USDT', own: 'BTCUSDT-PERP', spot: 'BTCUSDT' },
  { name: 'deribit', open: deribits, asset: boxName, currency: 'USDC', own: boxName, spot: 'BTC_USDC' },
])('$name', ({ name, open, asset, currency, own, spot }) => {
  const venue = name === 'deribit' ? 'DERIBIT' : 'BINANCE'
  const nope = `NOPE-${name === 'deribit' ? 'PERPETUAL' : 'PERP'}`
  const instrument = `${own}.${venue}`
  const scene = gatewayScene(instrument)
  const { said, into, submit, topics, hasSaid } = scene
  let box: Boxed
  const start = (more = {}) => scene.start(box.connect(), more)
  const moveTo = (limitPrice: string) =>
    into('order.update_requested', { clientOrderId: 't-1-0', instrument, limitPrice, reason: 'x' })

  beforeEach(async () => {
    box = await open()
    box.book.quote(10_000, 10_100, 5_000, 5_000)
    scene.begin()
  })
  afterEach(async () => {
    scene.stop()
    await box.close()
  })

  test('[G10] [G19] [G25] a market order: accepted and filled, each said once, with its fee', async () => {
    start()
    submit('t-1-0', { orderType: 'market', limitPrice: undefined })
    await hasSaid('order.fill')
    await pause(300)
    expect(topics()).toEqual(['venue.reconciled', 'order.accepted', 'order.fill'])
    expect(said[2]?.payload).toMatchObject({ price: '101', quantity: '1', fee: '0.0505', currency })
  })

  test.each([
    ['INSUFFICIENT_BALANCE', { quantity: '50000' }],
    ['QUANTITY_INVALID', { quantity: '0.0001' }],
    ['REFUSED', { limitPrice: '102.00', isPostOnly: true }],
    ['TERMS_INVALID', { timeInForce: 'DAY' }],
    ['TERMS_INVALID', { orderType: 'trailing_stop', trailingOffset: '5', stopPrice: '120', limitPrice: undefined }],
    ['TERMS_INVALID', { bracket: { stopLoss: '80', trailingOffset: '5' } }],
    ['INSTRUMENT_UNKNOWN', { instrument: `${spot}.${venue}` }],
    ['INSTRUMENT_UNKNOWN', { instrument: `${nope}.${venue}` }],
  ])('[G5] [G21] [G26] %s for %j', async (code, more) => {
    start()
    await scene.rejects(code, more)
    expect(box.book.orders).toEqual([])
  })

  test('[G14] [G23] [G25] a position that moved without an order of ours is told with both numbers', async () => {
    start()
    await hasSaid('venue.reconciled')
    box.book.setPosition(-2_000)
    await hasSaid('system.alert')
    const { payload } = said.filter(({ topic }) => topic === 'venue.reconciled').at(-1) as Statement<'venue.reconciled'>
    expect(payload.differences).toEqual([{ asset, expected: '0', found: '-2' }])
  })

  test('[G32] funding is said once, a strategy’s part by what it held, also over a restart, and not what came before the log', async () => {
    /** What was said goes into the log, as a tree would write it, and a new process hears it. */
    const restart = async () => {
      scene.stop()
      for (const { topic, payload } of said.splice(0)) into(topic, payload as never)
      await pause(5)
    }
    const paid = () => said.filter(({ topic }) => topic === 'venue.paid').map(({ payload }) => payload)
    box.book.pay('-77')
    await pause(5)
    start()
    submit('t-1-0', { orderType: 'market', limitPrice: undefined })
    submit('t-2-0', { limitPrice: '99.00', side: 'sell', quantity: '0.25', strategy: 'other' })
    await when(() => topics().filter((topic) => topic === 'order.fill').length === 2)
    await restart()
    box.book.pay('-0.9')
    await pause(5)
    box.book.pay('0.0000001')
    start()
    await when(() => paid().length === 4)
    const common = { instrument, why: 'funding', currency }
    expect(paid()).toMatchObject([
      { ...common, strategy: 'test', position: expect.stringMatching(/^1(\.0+)?$/), amount: '-1.2' },
      { ...common, strategy: 'other', position: '-0.25', amount: '0.3' },
      { ...common, strategy: 'test', amount: '0.000000133333333333' },
      { ...common, strategy: 'other', amount: '-0.000000033333333333' },
    ])
    await restart()
    start()
    await hasSaid('venue.reconciled')
    await pause(250)
    expect(paid()).toEqual([])
  })

  test('[G29] an order is moved in place, also when the connection is cut meanwhile, and what cannot be moved is told', async () => {
    start()
    submit('t-1-0')
    await hasSaid('order.accepted')
    box.cut()
    moveTo('89.5')
    await hasSaid('order.updated')
    expect(box.book.orders).toMatchObject([{ cents: 8_950, status: 'NEW' }])
    moveTo('101')
    await hasSaid('order.fill')
    moveTo('89')
    await hasSaid('order.update_rejected')
    // Of a fill that the move brings, the report may come before the answer.
    const told = topics().filter((topic) => topic !== 'venue.reconciled')
    expect(told.sort()).toEqual([
      ...['order.accepted', 'order.fill', 'order.update_rejected', 'order.updated', 'order.updated'],
    ])
    expect(said.at(-1)?.payload).toMatchObject({ code: 'UNKNOWN_ORDER' })
  })

  test('[G35] an order is made smaller in place, also when the connection is cut meanwhile, and then moved as it is', async () => {
    const less = (quantity: string) =>
      into('order.update_requested', { clientOrderId: 't-1-0', instrument, quantity, reason: 'x' })
    start()
    submit('t-1-0', { quantity: '0.600' })
    await hasSaid('order.accepted')
    box.book.quote(9_000, 9_000, 200, 200)
    await hasSaid('order.fill')
    box.book.quote(10_000, 10_100, 5_000, 5_000)
    box.cut()
    less('0.5')
    await hasSaid('order.updated')
    expect(said.filter(({ topic }) => topic === 'order.updated')).toMatchObject([{ payload: { quantity: '0.5' } }])
    moveTo('89.5')
    await when(() => topics().filter((topic) => topic === 'order.updated').length === 2)
    expect(box.book.orders).toMatchObject([{ cents: 8_950, left: 300 }])
    scene.die()
    start()
    await hasSaid('venue.reconciled')
    box.book.quote(8_900, 8_950, 5_000, 5_000)
    await hasSaid('order.fill')
    await pause(200)
    expect(said.filter(({ topic }) => topic.startsWith('order.'))).toMatchObject([
      { topic: 'order.fill', payload: { quantity: '0.3', leavesQuantity: '0' } },
    ])
  })

  test('[G35] where more was filled meanwhile than it is to ask for, that and its end are said, and no update', async () => {
    start()
    submit('t-1-0', { quantity: '0.600' })
    await hasSaid('order.accepted')
    box.book.quote(9_000, 9_000, 200, 200)
    await hasSaid('order.fill')
    into('order.update_requested', { clientOrderId: 't-1-0', instrument, quantity: '0.1', reason: 'x' })
    await hasSaid('order.update_rejected')
    expect(topics().filter((topic) => topic !== 'venue.reconciled')).toEqual([
      ...['order.accepted', 'order.fill', 'order.canceled', 'order.update_rejected'],
    ])
    expect(said.find(({ topic }) => topic === 'order.canceled')?.payload).toMatchObject({ leavesQuantity: '0.4' })
  })

  test.each([
    ['behind the next one, when its window is over', { windowMs: 200, lateMs: 2_500 }],
    ['within its window, so that the next one waits', { windowMs: 2_500, lateMs: 2_000 }],
  ])('[G29] a move that is lost and arrives %s: the order stands where the newest wanted it', async (_, how) => {
    start({ windowMs: how.windowMs })
    submit('t-1-0')
    await hasSaid('order.accepted')
    box.lateEdit(how.lateMs)
    moveTo('89.5')
    await hasSaid('order.updated')
    moveTo('89')
    await when(() => topics().filter((topic) => topic === 'order.updated').length === 2)
    await pause(how.lateMs)
    expect(box.book.orders).toMatchObject([{ cents: 8_900, status: 'NEW' }])
  })

  describe('[G13] adopt', () => {
    const listing = {
      tickSize: '0.01',
      lotSize: '0.001',
      multiplier: '1',
      currency,
      kind: 'perpetual',
      isSimulated: true,
    } as const
    const byHand = (more: object = {}) => {
      const order = { newClientOrderId: 'web_1', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1' }
      box.book.place({ ...order, price: '90.00', reduceOnly: 'false', ...more })
    }
    const adopted = { strategy: 'external', instrument, side: 'buy', quantity: '1', limitPrice: '90' }
    const restart = () => {
      scene.stop()
      for (const { topic, payload } of scene.forget()) into(topic, payload as never)
      start({ external: 'adopt' })
    }

    test('an open order of somebody else is one of the account’s: its fills are said, it is canceled, and nothing else waits for it', async () => {
      into('md.instrument', { instrument, ...listing })
      byHand()
      start({ external: 'adopt' })
      await hasSaid('order.adopted')
      submit('t-1-0', { limitPrice: '80.00' })
      await hasSaid('order.accepted')
      expect(said[0]).toMatchObject({ topic: 'order.adopted', payload: { ...adopted, filled: '0', tradeIds: [] } })
      const { clientOrderId } = (said[0] as Statement<'order.adopted'>).payload
      box.book.quote(8_900, 8_990, 400, 400)
      await hasSaid('order.fill')
      restart()
      await hasSaid('venue.reconciled')
      into('order.cancel_requested', { clientOrderId, instrument, reason: 'halted' })
      await hasSaid('order.canceled')
      const all = { clientOrderId, instrument, leavesQuantity: '0.6', reason: 'halted' }
      expect(said).toMatchObject([{ topic: 'venue.reconciled' }, { topic: 'order.canceled', payload: all }])
      expect(said[0]?.payload).toMatchObject({ external: [], differences: [] })
      expect(box.book.orders.map(({ status }) => status)).toEqual(['CANCELED', 'NEW'])
    })

    test('what it had executed before is not the log’s; what it executes then is, whole', async () => {
      into('md.instrument', { instrument, ...listing })
      byHand({ timeInForce: 'GTX' })
      box.book.quote(8_900, 8_990, 400, 400)
      start({ external: 'adopt' })
      await hasSaid('venue.reconciled')
      expect(said[0]?.payload).toMatchObject({ ...adopted, filled: '0.4', isPostOnly: true })
      box.book.quote(8_900, 8_990, 400, 5_000)
      await hasSaid('order.fill')
      const fills = said.filter(({ topic }) => topic === 'order.fill').map(({ payload }) => payload)
      expect(fills).toMatchObject([{ quantity: '0.6', leavesQuantity: '0', strategy: 'external' }])
      await pause(400)
      // A second one where the fill was found by asking, before its report came.
      const passes = said.filter((one) => one.topic === 'venue.reconciled').map(({ payload }) => payload)
      expect(passes[0]).toMatchObject({ balances: [{ total: '0.4' }] })
      expect(passes.flatMap(({ differences, external }) => [...differences, ...external])).toEqual([])
      expect(topics()).not.toContain('system.alert')
    })

    test('what is in nothing that the log lists is refused: nothing is submitted until it is gone', async () => {
      byHand()
      start({ external: 'adopt' })
      submit('t-1-0')
      await hasSaid('system.alert')
      await pause(300)
      expect(topics()).toEqual(['venue.reconciled', 'system.alert'])
      box.book.end(box.book.orders[0] as never, 'CANCELED')
      await hasSaid('order.accepted')
    })
  })

  describe('[G31] an order that was accepted, and that the exchange does not know', () => {
    const dayMicros = 86_400_000_000
    const accepted = (days: number) => {
      submit('t-1-0', { expiresAt: Date.now() * 1_000 - days * dayMicros })
      into('order.accepted', { clientOrderId: 't-1-0', venueOrderId: '77', instrument })
    }
    const filled: PayloadOf<'order.fill'> = {
      ...{ clientOrderId: 't-1-0', venueOrderId: '77', tradeId: '5', strategy: 'test', instrument, side: 'buy' },
      ...{ price: '90', quantity: '0.4', leavesQuantity: '0.6', fee: '0', currency, liquidity: 'maker', filledAt: 1 },
    }

    test('so old that it forgets what ended unfilled, it has ended; where it forgets nothing that is told', async () => {
      accepted(4)
      start()
      await hasSaid('venue.reconciled')
      const leaves = { clientOrderId: 't-1-0', leavesQuantity: '1' }
      if (name === 'deribit') expect(topics()).toEqual(['system.alert', 'venue.reconciled'])
      else expect(said[0]).toMatchObject({ topic: 'order.canceled', payload: leaves })
    })

    test.each([
      ['newer', 2, false],
      ['filled in part', 4, true],
    ])('%s, it is told once, and ends by an operator’s word', async (_, days, isFilled) => {
      accepted(days)
      if (isFilled) into('order.fill', filled)
      start()
      await hasSaid('venue.reconciled')
      await pause(400)
      expect(topics().filter((topic) => topic !== 'venue.reconciled')).toEqual(['system.alert'])
      const asked = { clientOrderId: 't-1-0', instrument, reason: 'ann: looked' }
      into('order.cancel_requested', asked)
      await pause(300)
      expect(topics()).not.toContain('order.canceled')
      into('order.cancel_requested', { ...asked, isGone: true })
      await hasSaid('order.canceled')
      const leavesQuantity = isFilled ? '0.6' : '1'
      const ended = said.find(({ topic }) => topic === 'order.canceled')
      expect(ended?.payload).toMatchObject({ leavesQuantity, reason: 'ann: looked' })
    })

    test('an operator’s word ends nothing that the exchange has', async () => {
      start()
      submit('t-1-0', { orderType: 'market', limitPrice: undefined })
      await hasSaid('order.fill')
      submit('t-2-0')
      await when(() => topics().filter((topic) => topic === 'order.accepted').length === 2)
      into('order.cancel_requested', { clientOrderId: 't-2-0', instrument, reason: 'gone', isGone: true })
      await hasSaid('order.canceled')
      expect(box.book.orders.map(({ status }) => status)).toEqual(['FILLED', 'CANCELED'])
    })
  })

  test('[G29] a move that was asked for before a restart is made after it, once more where it was made', async () => {
    start()
    submit('t-1-0')
    await hasSaid('order.accepted')
    scene.stop()
    into('order.accepted', said.find(({ topic }) => topic === 'order.accepted')?.payload as never)
    moveTo('89.5')
    const [order] = box.book.orders
    if (order) box.book.move(order, 8_950)
    scene.forget()
    start()
    await hasSaid('order.updated')
    expect(topics().filter((topic) => topic === 'order.updated')).toHaveLength(1)
  })

  test('[G29] a post-only order is moved as one: to where it would take it is not', async () => {
    start()
    submit('t-1-0', { isPostOnly: true })
    await hasSaid('order.accepted')
    moveTo('101')
    await hasSaid('order.update_rejected')
    expect(said.find(({ topic }) => topic === 'order.update_rejected')?.payload).toMatchObject({ code: 'REFUSED' })
    expect(box.book.orders).toMatchObject([{ cents: 9_000, status: 'NEW' }])
  })

  test('[G29] a reduce-only order that was moved takes the position to zero and no further', async () => {
    box.book.setPosition(400)
    start()
    await hasSaid('venue.reconciled')
    submit('t-1-0', { side: 'sell', limitPrice: '105.00', isReduceOnly: true })
    await hasSaid('order.accepted')
    moveTo('106')
    await hasSaid('order.updated')
    box.book.quote(10_600, 10_700, 5_000, 5_000)
    await when(() => topics().some((topic) => topic === 'order.expired' || topic === 'order.canceled'))
    expect(said.find(({ topic }) => topic === 'order.fill')?.payload).toMatchObject({ price: '106', quantity: '0.4' })
    expect(box.book.position).toBe('0.000')
  })
})
