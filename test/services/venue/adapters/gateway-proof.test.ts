import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { tellTrades } from '#services/venue/adapters/gateway/account-trades.ts'
import { OrderDesk } from '#services/venue/adapters/gateway/order-desk.ts'
import type {
  AccountTrade,
  Answer,
  RealVenue,
  StreamHooks,
  VenueOrder,
  VenueTrade,
} from '#services/venue/adapters/gateway/real-venue.ts'
import { heldBack } from '#services/venue/adapters/gateway/understood.ts'
import { gatewayScene, pause, submitted } from './gateway-scene.ts'
import { logged } from './logged.ts'

const unheard: Answer<never> = { kind: 'nothing', reason: 'no answer', waitMs: 0 }
const done = <T>(value: T): Answer<T> => ({ kind: 'done', value })
const scene = gatewayScene('BTCUSDT.BINANCE')
const { submit, topics } = scene
beforeEach(() => scene.begin())
afterEach(() => scene.stop())

/** A venue in memory that takes a submission `delayMs` after it was sent, and never answers it. */
class SlowVenue implements RealVenue {
  readonly amend = null
  readonly settlements = null
  readonly forgets = null
  readonly payments = null
  readonly holds = 'assets'
  readonly name = 'slow'
  readonly hasWindow: boolean
  readonly orders = new Map<string, VenueOrder>()
  /** Client ids in the order in which their submissions were sent. */
  readonly sent: string[] = []
  answersFor = true
  unanswered = unheard
  /** The submissions that are held back, before one is sent. */
  holdsBack = 0
  /** So many submissions never come. */
  loses = 0
  readonly sentAtMs: number[] = []
  readonly #delayMs: number
  constructor(delayMs: number, hasWindow = true) {
    this.#delayMs = delayMs
    this.hasWindow = hasWindow
  }
  unfit = () => null
  setClock = () => undefined
  time: RealVenue['time'] = async () => done(Date.now())
  assets = async () => done({ base: 'BTC', quote: 'USDT' })
  balances: RealVenue['balances'] = async () => done([])
  tradesOf: Answer<readonly VenueTrade[]> = done([])
  trades = async () => this.tradesOf
  /** The account's record of trades, and what the orders of those are called. */
  readonly record: AccountTrade[] = []
  calls: Answer<string> = unheard
  readonly history = {
    partOf: () => 'BTCUSDT',
    trades: async () => done(this.record),
    clientIdOf: async () => this.calls,
  }
  cancels = 0
  cancel = async () => {
    this.cancels++
    return unheard
  }
  cancelExternal = async () => unheard
  openOrders = async () =>
    done([...this.orders.values()].map((order) => ({ ...order, symbol: 'BTCUSDT', terms: null })))
  instrumentOf = () => 'BTCUSDT.BINANCE'
  async place(_: unknown, venueClientId: string): Promise<Answer<VenueOrder>> {
    if (this.holdsBack-- > 0) return heldBack(20)
    this.sent.push(venueClientId)
    this.sentAtMs.push(performance.now())
    if (this.sent.length > this.loses) setTimeout(() => this.#take(venueClientId), this.#delayMs)
    return unheard
  }
  async find({ venueClientId }: { venueClientId: string }): Promise<Answer<VenueOrder>> {
    if (!this.answersFor) return this.unanswered
    const order = this.orders.get(venueClientId)
    this.isAsked = true
    await pause(this.slowMs)
    return order ? done(order) : { kind: 'absent' }
  }
  slowMs = 0
  isAsked = false
  tell: (order: VenueOrder) => void = () => undefined
  stream({ onOpen, onOrder }: StreamHooks) {
    setTimeout(onOpen, 1)
    this.tell = (order) => onOrder({ ...order, symbol: 'BTCUSDT', side: 'buy' })
    return () => undefined
  }
  #take(venueClientId: string): void {
    const venueOrderId = String(this.orders.size + 1)
    // A second submission of an id that is at work would be a second order, were the venue to forget the first.
    this.orders.set(venueClientId, {
      venueClientId,
      venueOrderId,
      state: 'working',
      executed: '0',
      isTriggered: false,
      trades: [],
    })
  }
}

test('[G2] that the venue does not know an order proves nothing while its submission may be under way: it is sent once', async () => {
  const venue = new SlowVenue(700)
  scene.start(venue, { windowMs: 1_000, inFlightMs: 20 })
  submit('t-1-0')
  await expect.poll(topics, { timeout: 10_000 }).toContain('order.accepted')
  await pause(300)
  expect(venue.sent).toHaveLength(1)
  expect(topics().filter((topic) => topic === 'order.accepted')).toHaveLength(1)
})

test('[G2] a machine whose clock is set ahead meanwhile sends nothing again that may be under way', async () => {
  const venue = new SlowVenue(700)
  let aheadMs = 0
  scene.start(venue, { windowMs: 1_000, inFlightMs: 20, reconcileMs: 60_000, nowMs: () => Date.now() + aheadMs })
  await scene.hasSaid('venue.reconciled')
  submit('t-1-0', { expiresAt: (Date.now() + 600_000) * 1_000 })
  await expect.poll(() => venue.sent).toHaveLength(1)
  aheadMs = 5_000
  await scene.hasSaid('order.accepted')
  expect(venue.sent).toHaveLength(1)
})

test('[G2] it is sent again when it can no longer arrive', async () => {
  const venue = new SlowVenue(0)
  venue.loses = 1
  scene.start(venue, { windowMs: 200, inFlightMs: 20 })
  submit('t-1-0')
  await expect.poll(() => venue.sent.length, { timeout: 10_000 }).toBe(2)
  expect(new Set(venue.sent).size).toBe(1)
})

test('[G57] what never comes to be there is sent again ever later, and the fifth time is an alert', async () => {
  const venue = new SlowVenue(0)
  venue.loses = 6
  // Ten times as fast as the process's own time.
  const startMs = Date.now()
  const nowMs = () => startMs + 10 * (Date.now() - startMs)
  scene.start(venue, { windowMs: 20, inFlightMs: 20, nowMs })
  submit('t-1-0', { expiresAt: (startMs + 3_600_000) * 1_000 })
  await expect.poll(topics, { timeout: 20_000 }).toContain('order.accepted')
  expect(venue.sent).toHaveLength(7)
  const waits = venue.sentAtMs.slice(1).map((at, n) => at - (venue.sentAtMs[n] as number))
  for (const [n, leastMs] of [0, 100, 200, 400, 800, 1_600].entries()) expect(waits[n]).toBeGreaterThanOrEqual(leastMs)
  const alerts = scene.said.filter(({ topic }) => topic === 'system.alert').map(({ payload }) => payload)
  expect(alerts).toEqual([
    {
      code: 'VENUE_UNREACHABLE',
      subject: 't-1-0',
      message: 'sent 5 times, it is not there: no answer; it is sent again, ever later, until it expires',
    },
  ])
})

test('[G11] an order of the log that the venue does not answer for: nothing is submitted', async () => {
  const venue = new SlowVenue(0)
  venue.answersFor = false
  submit('t-1-0')
  scene.start(venue, { windowMs: 50, inFlightMs: 20 })
  submit('t-2-0')
  await pause(800)
  expect(venue.sent).toEqual([])
  venue.answersFor = true
  await expect.poll(() => venue.sent.length, { timeout: 10_000 }).toBe(2)
})

test('[X2] where the venue has no window it is never sent again: one that did not arrive is refused, one that did is found', async () => {
  const venue = new SlowVenue(0, false)
  venue.loses = 1
  scene.start(venue, { windowMs: 200, inFlightMs: 20 })
  submit('t-1-0')
  await scene.hasSaid('order.rejected')
  expect(scene.said.at(-1)?.payload).toMatchObject({ code: 'REFUSED', reason: expect.stringContaining('second time') })
  submit('t-2-0')
  await scene.hasSaid('order.accepted')
  expect(venue.sent.map((id) => id.slice(-3))).toEqual(['1-0', '2-0'])
})

test('[X2] what a process before may have sent there is not sent again', async () => {
  const venue = new SlowVenue(0, false)
  submit('t-1-0')
  scene.start(venue, { windowMs: 50, inFlightMs: 20 })
  await scene.hasSaid('order.rejected')
  expect(venue.sent).toEqual([])
})

test('[G15] a question that is held back is no try, however often; one without an answer is, and the alert says why', async () => {
  const venue = new SlowVenue(0)
  scene.start(venue, { windowMs: 60_000, inFlightMs: 20, reconcileMs: 60_000 })
  await scene.hasSaid('venue.reconciled')
  venue.answersFor = false
  venue.unanswered = heldBack(20)
  submit('t-1-0')
  await pause(1_000)
  expect(topics()).not.toContain('system.alert')
  venue.unanswered = unheard
  await scene.hasSaid('system.alert')
  expect(scene.said.at(-1)?.payload).toMatchObject({ subject: 't-1-0', message: expect.stringContaining('no answer') })
})

test.each([true, false])(
  '[G15] a submission that was held back was not sent: it is when there is room (window: %s)',
  async (hasWindow) => {
    const venue = new SlowVenue(0, hasWindow)
    venue.holdsBack = 3
    scene.start(venue, { windowMs: 60_000, inFlightMs: 20 })
    submit('t-1-0')
    await scene.hasSaid('order.accepted')
    expect([venue.sent.length, topics().filter((topic) => topic.startsWith('order.'))]).toEqual([1, ['order.accepted']])
  },
)

test('[G16] a cancel goes out though trades of the order cannot be had, and does not wait for the pause of their question', async () => {
  const venue = new SlowVenue(0)
  scene.start(venue, { windowMs: 60_000, inFlightMs: 20, reconcileMs: 60_000 })
  submit('t-1-0')
  await scene.hasSaid('order.accepted')
  venue.tradesOf = heldBack(60_000)
  for (const order of venue.orders.values()) venue.tell({ ...order, executed: '0.5' })
  await pause(200)
  scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument: 'BTCUSDT.BINANCE', reason: 'asked' })
  await expect.poll(() => venue.cancels, { timeout: 2_000 }).toBeGreaterThan(1)
})

test('[G16] a cancel that is asked for while a question of its order is under way does not wait for the pause of that', async () => {
  const venue = new SlowVenue(0)
  scene.start(venue, { windowMs: 60_000, inFlightMs: 20, reconcileMs: 60_000 })
  submit('t-1-0')
  await scene.hasSaid('order.accepted')
  venue.slowMs = 300
  venue.tradesOf = heldBack(60_000)
  for (const order of venue.orders.values()) {
    venue.orders.set(order.venueClientId, { ...order, executed: '0.5' })
    venue.tell({ ...order, executed: '0.5' })
  }
  await expect.poll(() => venue.isAsked, { timeout: 2_000 }).toBe(true)
  scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument: 'BTCUSDT.BINANCE', reason: 'asked' })
  await expect.poll(() => venue.cancels, { timeout: 2_000 }).toBeGreaterThan(1)
})

test('[G14] what others trade without pause in a symbol that is not listed is said to differ, once, in a bounded time', async () => {
  const venue = new SlowVenue(0)
  // Half a minute passes there between two passes.
  let [passes, isTrading] = [0, false]
  venue.time = async () => done(Date.now() + 30_000 * passes++)
  venue.balances = async () => done([{ asset: 'DOGE', total: String(isTrading ? 1_001 + (passes % 7) : 1_000) }])
  scene.list()
  scene.start(venue, { inFlightMs: 20, reconcileMs: 20 })
  await scene.hasSaid('venue.reconciled')
  isTrading = true
  const before = passes
  await scene.hasSaid('system.alert')
  expect(passes - before).toBeLessThan(15)
  await pause(1_000)
  const alerts = scene.said.filter(({ topic }) => topic === 'system.alert').map(({ payload }) => payload)
  expect(alerts).toMatchObject([{ code: 'VENUE_DIFFERS', subject: 'DOGE' }])
})

describe('[G33] whose a trade is that the record tells of before the answer to its submission', () => {
  const instrument = 'BTCUSDT.BINANCE'
  const said: Statement[] = []
  let venue: SlowVenue
  let desk: OrderDesk

  beforeEach(() => {
    said.length = 0
    venue = new SlowVenue(0)
    const say = (statement: Statement) => said.push(statement)
    desk = new OrderDesk({ venue, windowMs: 200, inFlightMs: 50, nowMs: Date.now, say }, () => undefined)
    const config = { service: 'orders', hash: 'a'.repeat(64), config: {} }
    desk.orders.tag(logged([], { topic: 'system.config', payload: config }) as never)
    desk.record.list(instrument)
    desk.learn(instrument, { base: 'BTC', quote: 'USDT' })
    desk.trades.begin(Date.now() * 1_000 - 1)
    const payload = submitted('t-1-0', instrument)
    desk.orders.add(logged([], { topic: 'order.submitted', payload }) as never, Date.now() + 1_000)
    const money = { price: '90', quantity: '1', fee: '0', feeAsset: 'USDT', liquidity: 'maker' } as const
    const order = { symbol: 'BTCUSDT', side: 'buy', venueOrderId: '7', venueClientId: null } as const
    venue.record.push({ tradeId: '1', ...money, ...order, filledAt: Date.now() * 1_000 })
  })

  const fills = () => said.filter(({ topic }) => topic === 'order.fill').map(({ payload }) => payload)

  test('ours, by the id that its order has there', async () => {
    venue.calls = done(desk.orders.open()[0]?.venueClientId ?? '')
    expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toMatchObject([{ clientOrderId: 't-1-0', strategy: 'test', tradeId: '1' }])
    expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toHaveLength(1)
  })

  test('both sides of one that the account made with itself, each once', async () => {
    venue.calls = done('by-hand')
    venue.record.push({ ...(venue.record[0] as AccountTrade), side: 'sell', venueOrderId: '8' })
    for (let pass = 0; pass < 2; pass++) expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toMatchObject([
      { clientOrderId: 'external-BTCUSDT-7', side: 'buy', tradeId: '1' },
      { clientOrderId: 'external-BTCUSDT-8', side: 'sell', tradeId: '1' },
    ])
  })

  test('another’s, by the same', async () => {
    venue.calls = done('by-hand')
    expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toMatchObject([{ clientOrderId: 'external-BTCUSDT-7', strategy: 'external', tradeId: '1' }])
  })

  test.each([
    ['the venue does not answer', unheard],
    ['the venue does not know it, and one of ours is under way', { kind: 'absent' } as const],
  ])('nobody’s yet: %s, and it is asked again', async (_, calls) => {
    venue.calls = calls
    if (calls.kind === 'nothing') for (const order of desk.orders.open()) desk.orders.end(order)
    expect(await tellTrades(desk, [])).toMatchObject({ kind: 'nothing' })
    expect(fills()).toEqual([])
    expect(desk.record.isOpen).toBe(true)
    venue.calls = done('by-hand')
    expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toMatchObject([{ strategy: 'external' }])
  })

  test('of an order of ours that ended so long ago that it is forgotten: none', async () => {
    venue.calls = done((desk.orders.open()[0]?.venueClientId ?? '').replace('1-0', '900-0'))
    expect(await tellTrades(desk, [])).toBeNull()
    expect(fills()).toEqual([])
  })
})

describe('[G53] what nobody foresaw proves nothing, is told once, and is asked again', () => {
  const alerts = () => scene.said.flatMap(({ topic, payload }) => (topic === 'system.alert' ? [payload] : []))
  const thrown = async () => {
    throw new TypeError('no such thing')
  }

  test('in a reconciliation', async () => {
    const venue = new SlowVenue(0)
    const { openOrders } = venue
    venue.openOrders = thrown
    scene.start(venue)
    await scene.hasSaid('system.alert')
    await pause(700)
    expect(alerts()).toMatchObject([{ code: 'VENUE_UNREACHABLE', message: expect.stringContaining('no such thing') }])
    venue.openOrders = openOrders
    await scene.hasSaid('venue.reconciled')
  })

  test('in the answer to a submission, and in a report of the stream', async () => {
    const venue = new SlowVenue(0)
    const place = venue.place.bind(venue)
    venue.place = async (...asked) => {
      await place(...asked)
      return thrown()
    }
    scene.start(venue, { inFlightMs: 20 })
    await scene.hasSaid('venue.reconciled')
    submit('t-1-0')
    await scene.hasSaid('order.accepted')
    const view = [...venue.orders.values()][0] as VenueOrder
    for (let n = 0; n < 2; n++) venue.tell({ ...view, executed: 'much' })
    expect(alerts().map(({ subject }) => subject)).toEqual(['t-1-0', 'slow'])
    expect(venue.sent).toHaveLength(1)
  })
})

test('[G55] that it cannot be reconciled is asked ever later, told after a minute, and when it can again', async () => {
  const venue = new SlowVenue(0)
  const { openOrders } = venue
  let [asked, aheadMs] = [0, 0]
  venue.openOrders = async () => {
    asked++
    return unheard
  }
  scene.start(venue, { reconcileMs: 60_000, nowMs: () => Date.now() + aheadMs })
  await pause(2_500)
  expect(asked).toBeLessThan(6)
  expect(scene.said).toEqual([])
  aheadMs = 61_000
  await scene.hasSaid('system.alert')
  venue.openOrders = openOrders
  await scene.hasSaid('venue.reconciled')
  const words = scene.said.flatMap(({ topic, payload }) => (topic === 'system.alert' ? [payload.message] : []))
  expect(words).toEqual([
    'it could not be reconciled for a minute: slow does not answer for its open orders: no answer',
    'it is reconciled again',
  ])
})

test('[G31] an order in what is listed there no more is told, keeps nothing else, and ends by an operator’s word', async () => {
  const venue = new SlowVenue(0)
  scene.start(venue)
  await scene.hasSaid('venue.reconciled')
  submit('t-1-0')
  await scene.hasSaid('order.accepted')
  scene.die()
  const unlisted = { kind: 'refused', code: 'INSTRUMENT_UNKNOWN', reason: '-1121 Invalid symbol.' } as const
  venue.find = async () => unlisted
  venue.cancel = async () => unlisted as never
  venue.tradesOf = unlisted
  venue.assets = async () => ({ kind: 'absent' }) as never
  venue.orders.clear()
  scene.start(venue)
  await scene.hasSaid('venue.reconciled')
  expect(topics()).toEqual(['system.alert', 'venue.reconciled'])
  const asked = { clientOrderId: 't-1-0', instrument: 'BTCUSDT.BINANCE', reason: 'looked there' }
  scene.into('order.cancel_requested', { ...asked, isGone: true })
  await scene.hasSaid('order.canceled')
})

describe('[G5] [G31] an order that was sent, and whose answer was lost', () => {
  const unlisted = { kind: 'refused', code: 'INSTRUMENT_UNKNOWN', reason: '-1121 Invalid symbol.' } as const
  const begin = async (isLost = false) => {
    const venue = new SlowVenue(400)
    venue.loses = isLost ? 1 : 0
    scene.start(venue)
    await scene.hasSaid('venue.reconciled')
    submit('t-1-0')
    await expect.poll(() => venue.sent).toHaveLength(1)
    scene.die()
    return venue
  }

  test.each([{ kind: 'absent' } as const, unlisted])(
    'is not rejected where the listing is $kind for a moment',
    async (answer) => {
      const venue = await begin()
      const { assets } = venue
      venue.assets = async () => answer as never
      venue.answersFor = false
      scene.start(venue)
      await pause(700)
      expect(topics()).not.toContain('order.rejected')
      venue.answersFor = true
      await pause(1_500)
      venue.assets = assets
      await scene.hasSaid('order.accepted')
      expect(topics()).not.toContain('order.rejected')
      expect(venue.sent).toHaveLength(1)
    },
  )

  test('has its fill said when it is known again what was traded: until then nothing is reconciled', async () => {
    const venue = await begin()
    await pause(500)
    const [order] = [...venue.orders.values()] as [VenueOrder]
    const trade = { tradeId: '1', price: '90', quantity: '1', fee: '0', feeAsset: 'USDT', filledAt: Date.now() * 1_000 }
    venue.orders.set(order.venueClientId, {
      ...order,
      state: 'filled',
      executed: '1',
      trades: [{ ...trade, liquidity: 'maker' }],
    })
    venue.openOrders = async () => done([])
    const { assets } = venue
    venue.assets = async () => unlisted as never
    scene.start(venue)
    await pause(1_000)
    expect(topics()).toEqual(['order.accepted'])
    venue.assets = assets
    await scene.hasSaid('venue.reconciled')
    expect(topics()).toEqual(['order.accepted', 'order.fill', 'venue.reconciled'])
  })

  test('is not sent again where its symbol is listed no more: it is told, keeps nothing else, and ends by an operator’s word', async () => {
    const venue = await begin(true)
    venue.find = async () => unlisted
    scene.start(venue)
    await scene.hasSaid('venue.reconciled')
    await pause(600)
    expect(topics()).toEqual(['system.alert', 'venue.reconciled'])
    expect(venue.sent).toHaveLength(1)
    const asked = { clientOrderId: 't-1-0', instrument: 'BTCUSDT.BINANCE', reason: 'looked there' }
    scene.into('order.cancel_requested', { ...asked, isGone: true })
    await scene.hasSaid('order.canceled')
  })
})

describe('[G51] what no log would take', () => {
  const trade = { tradeId: '1', price: '90', quantity: '0.4', fee: '1', liquidity: 'taker', filledAt: 1 } as const
  const view = { venueOrderId: '1', state: 'working', executed: '0.4', isTriggered: false } as const
  const begin = async () => {
    const venue = new SlowVenue(0)
    scene.start(venue, { inFlightMs: 20, reconcileMs: 60_000 })
    await scene.hasSaid('venue.reconciled')
    submit('t-1-0')
    await scene.hasSaid('order.accepted')
    const [venueClientId = ''] = venue.sent
    const tell = (feeAsset: string) => venue.tell({ ...view, venueClientId, trades: [{ ...trade, feeAsset }] })
    return { venue, tell }
  }

  test.each(['1INCH', '1000SATS', 'BTC_USDC-PERPETUAL', '\u5e01\u5b89'])(
    'a fee in %s is not of that',
    async (asset) => {
      const { tell } = await begin()
      tell(asset)
      expect(scene.said.at(-1)?.payload).toMatchObject({ tradeId: '1', feePaid: { asset, amount: '1' } })
    },
  )

  test('an alert tells, once; of that order nothing more is said, and its cancel reaches the venue', async () => {
    const { venue, tell } = await begin()
    tell('no asset')
    tell('no asset')
    expect(scene.refused.splice(0)).toHaveLength(1)
    expect(scene.said.at(-1)).toMatchObject({ topic: 'system.alert', payload: { subject: 't-1-0' } })
    scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument: 'BTCUSDT.BINANCE', reason: 'test' })
    await expect.poll(() => venue.cancels).toBeGreaterThan(0)
    venue.tell({ ...view, venueClientId: venue.sent[0] as string, state: 'canceled', trades: [] })
    await pause(50)
    expect(topics()).toEqual(['venue.reconciled', 'order.accepted', 'system.alert'])
  })

  test('nothing is submitted from then on but what reduces', async () => {
    const { venue, tell } = await begin()
    tell('no asset')
    scene.refused.splice(0)
    submit('t-2-0')
    submit('t-3-0', { isReduceOnly: true })
    await expect.poll(() => venue.sent).toHaveLength(2)
    await pause(100)
    expect(venue.sent.map((id) => id.slice(-6))).toEqual(['-1-0', '-3-0'].map((end) => expect.stringMatching(end)))
  })
})
