import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Answer, RealVenue, VenueOrder } from '#services/venue/adapters/gateway/real-venue.ts'
import { gatewayScene, pause } from './gateway-scene.ts'

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
  /** The first submission never comes. */
  losesFirst = false
  readonly #delayMs: number
  constructor(delayMs: number, hasWindow = true) {
    this.#delayMs = delayMs
    this.hasWindow = hasWindow
  }
  unfit = () => null
  setClock = () => undefined
  time = async () => done(Date.now())
  assets = async () => done({ base: 'BTC', quote: 'USDT' })
  balances = async () => done([])
  trades = async () => done([])
  readonly history = { trades: async () => done([]), clientIdOf: async () => unheard }
  cancel = async () => unheard
  cancelExternal = async () => unheard
  openOrders = async () =>
    done([...this.orders.values()].map((order) => ({ ...order, symbol: 'BTCUSDT', terms: null })))
  instrumentOf = () => null
  async place(_: unknown, venueClientId: string): Promise<Answer<VenueOrder>> {
    this.sent.push(venueClientId)
    const isLost = this.losesFirst && this.sent.length === 1
    if (!isLost) setTimeout(() => this.#take(venueClientId), this.#delayMs)
    return unheard
  }
  async find({ venueClientId }: { venueClientId: string }): Promise<Answer<VenueOrder>> {
    if (!this.answersFor) return unheard
    const order = this.orders.get(venueClientId)
    return order ? done(order) : { kind: 'absent' }
  }
  stream({ onOpen }: { onOpen: () => void }) {
    setTimeout(onOpen, 1)
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

test('[G2] it is sent again when it can no longer arrive', async () => {
  const venue = new SlowVenue(0)
  venue.losesFirst = true
  scene.start(venue, { windowMs: 200, inFlightMs: 20 })
  submit('t-1-0')
  await expect.poll(() => venue.sent.length, { timeout: 10_000 }).toBe(2)
  expect(new Set(venue.sent).size).toBe(1)
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
  venue.losesFirst = true
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
