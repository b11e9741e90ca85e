import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { badLine, calm } from '#test/faults/bad-line.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { type RoundVenue, roundVenues } from '#test/faults/round-venues.ts'
import { gatewayScene, pause, type Settings, when } from './gateway-scene.ts'

const names = {
  binance: 'BTCUSDT.BINANCE',
  ccxt: 'BTCUSDT.BINANCE',
  'binance-usdm': 'BTCUSDT-PERP.BINANCE',
  deribit: 'BTC_USDC-PERPETUAL.DERIBIT',
} as const

describe.each(['binance', 'ccxt', 'binance-usdm', 'deribit'] as const)('at %s', (kind) => {
  const scene = gatewayScene(names[kind])
  const { said, hasSaid } = scene
  let venue: RoundVenue
  let line: Awaited<ReturnType<typeof badLine>>

  beforeEach(async () => {
    venue = await roundVenues[kind](chanceOf(1))
    line = await badLine(venue.url, chanceOf(1))
    scene.begin()
    scene.list()
  })
  afterEach(async () => {
    scene.stop()
    line.close()
    await venue.close()
  })

  const start = async (more: Settings = {}) =>
    scene.start(await venue.connect(line, { symbols: {}, timeoutMs: 500 }), more)
  const fills = () =>
    said.flatMap(({ topic, payload }) => (topic === 'order.fill' ? [payload as PayloadOf<'order.fill'>] : []))
  const others = () => venue.books().orders.filter(({ clientOrderId }) => clientOrderId.startsWith('other-'))
  const tradesOf = (index: number) => others()[index]?.trades.map(({ id }) => String(id))
  const ids = () => fills().map(({ tradeId }) => tradeId)
  const differences = () =>
    said.flatMap(({ topic, payload }) =>
      topic === 'venue.reconciled' ? (payload as PayloadOf<'venue.reconciled'>).differences : [],
    )

  test.each(['refuse', 'cancel', 'adopt', 'ignore'] as const)(
    '[G33] [G34] %s: what another fills at once is a fill of the strategy external, once; what came before the log is none',
    async (external) => {
      venue.other({ side: 'sell', isAtOnce: true })
      await start({ external })
      await hasSaid('venue.reconciled')
      venue.other({ side: 'buy', isAtOnce: true })
      await hasSaid('order.fill')
      await pause(700)
      expect(fills()).toMatchObject([
        { strategy: 'external', side: 'buy', clientOrderId: expect.stringMatching(/^external-/), leavesQuantity: '0' },
      ])
      expect(ids()).toEqual(tradesOf(1))
      expect(differences()).toEqual([])
    },
  )

  test('[G33] [G34] what was filled while the gateway was away is said when it comes back, and not again', async () => {
    await start()
    await hasSaid('venue.reconciled')
    scene.die()
    venue.other({ side: 'buy', isAtOnce: true })
    venue.other({ side: 'buy', isAtOnce: true })
    await start()
    await hasSaid('order.fill')
    await hasSaid('venue.reconciled')
    expect(ids()).toEqual([...(tradesOf(0) ?? []), ...(tradesOf(1) ?? [])])
    expect(said.at(-1)?.payload).toMatchObject({ missing: { fills: 2 }, differences: [] })
    scene.die()
    await start()
    await hasSaid('venue.reconciled')
    await pause(300)
    expect(ids()).toEqual([])
    expect(differences()).toEqual([])
  })

  test('[G33] an order of ours is not taken for that of another, also where its answer is lost', async () => {
    await start()
    await hasSaid('venue.reconciled')
    const market = setInterval(() => venue.move(), 20)
    const quantity = kind === 'binance' || kind === 'ccxt' ? '0.001' : '0.060'
    const terms = { orderType: 'market', limitPrice: undefined, quantity }
    scene.submit('t-1-0', terms)
    await hasSaid('order.fill')
    line.set({ ...calm, lostAnswer: 1 })
    venue.beforeOrder('bad')
    scene.submit('t-2-0', terms)
    await pause(100)
    venue.other({ side: 'buy', isAtOnce: true })
    await pause(200)
    line.set(calm)
    const senders = () =>
      new Set(fills().map(({ strategy, clientOrderId }) => `${strategy} ${clientOrderId.slice(0, 8)}`))
    await expect.poll(() => senders().size, { timeout: 5_000 }).toBe(3)
    await pause(300)
    clearInterval(market)
    expect([...senders()].sort()).toEqual(['external external', 'test t-1-0', 'test t-2-0'])
    expect(new Set(ids()).size).toBe(ids().length)
  })

  test('[G33] [G34] of what the log lists later, all since it began is said', async () => {
    scene.begin()
    await start()
    await hasSaid('venue.reconciled')
    venue.other({ side: 'buy', isAtOnce: true })
    await pause(300)
    expect(ids()).toEqual([])
    scene.list()
    await hasSaid('order.fill')
    expect(ids()).toEqual(tradesOf(0))
  })

  test('[G34] [G14] what is found ten minutes old is counted once, also when it comes back from the log', async () => {
    await start()
    await hasSaid('venue.reconciled')
    scene.die()
    venue.other({ side: 'buy', isAtOnce: true })
    const real = await venue.connect(line, { symbols: {}, timeoutMs: 500 })
    scene.start(ahead(real, () => 600_000))
    await hasSaid('venue.reconciled')
    expect(ids()).toEqual(tradesOf(0))
    scene.hearBack()
    // More than it takes until something is said to differ.
    await pause(1_500)
    expect(said).toEqual([])
  })

  test('[G33] [G34] what the stream tells of a minute and a half late is said, also where no balance differs by it', async () => {
    const real = await venue.connect(line, { symbols: {}, timeoutMs: 500 })
    const held: (() => void)[] = []
    let [isHolding, aheadMs] = [false, 0]
    const lagging: RealVenue = {
      ...ahead(real, () => aheadMs),
      stream: (hooks) =>
        real.stream({
          ...hooks,
          onOrder: (view) => (isHolding ? held.push(() => hooks.onOrder(view)) : hooks.onOrder(view)),
        }),
    }
    scene.start(lagging)
    await hasSaid('venue.reconciled')
    // The record is asked after the first, for what was listed.
    await pause(400)
    isHolding = true
    // Until, where positions are compared, it is flat again.
    const position = () => Number(venue.books().position.at(-1))
    venue.other({ side: 'buy', isAtOnce: true })
    for (let n = 0; n < 200 && position() !== 0; n++) {
      if (venue.books().position.length > 1) break
      venue.move()
      venue.other({ side: position() > 0 ? 'sell' : 'buy', isAtOnce: true })
    }
    aheadMs = 95_000
    await pause(500)
    isHolding = false
    for (const hear of held) hear()
    const all = others().flatMap(({ trades }) => trades.map(({ id }) => String(id)))
    await expect.poll(() => ids().length, { timeout: 3_000 }).toBe(all.length)
    expect(ids().sort()).toEqual(all.sort())
  })

  test('[G11] a stream that closes and opens again within a pass: all is asked anew before anything is submitted', async () => {
    const real = await venue.connect(line, { symbols: {}, timeoutMs: 500 })
    const seen = { isSlow: false, isWaiting: false, isOpen: false }
    const slow: RealVenue = {
      ...real,
      balances: async () => {
        const answer = await real.balances()
        if (seen.isSlow) {
          seen.isSlow = false
          seen.isWaiting = true
          await when(() => !seen.isOpen)
          await when(() => seen.isOpen)
          await pause(50)
        }
        return answer
      },
      stream: (hooks) =>
        real.stream({
          ...hooks,
          onOpen: () => {
            seen.isOpen = true
            hooks.onOpen()
          },
          onClose: (reason) => {
            seen.isOpen = false
            hooks.onClose(reason)
          },
        }),
    }
    scene.start(slow, { reconcileMs: 3_000 })
    await hasSaid('venue.reconciled')
    // One for what was listed, and then the next.
    await pause(500)
    seen.isSlow = true
    await when(() => seen.isWaiting)
    line.cut()
    await when(() => !seen.isOpen)
    venue.other({ side: 'buy', isAtOnce: true })
    await expect.poll(() => ids().length, { timeout: 2_000 }).toBeGreaterThan(0)
    expect(ids()).toEqual(tradesOf(0))
  })

  test('[G13] [G33] adopt: what an order had filled since the log began is said before it is adopted, and the rest once', async () => {
    await start()
    await hasSaid('venue.reconciled')
    scene.die()
    venue.other({ side: 'buy', isAtOnce: false })
    await start({ external: 'adopt' })
    await hasSaid('order.adopted')
    venue.fillOthers()
    await hasSaid('order.fill')
    await pause(300)
    scene.die()
    await start({ external: 'adopt' })
    await hasSaid('venue.reconciled')
    await pause(300)
    expect(ids()).toEqual([])
    expect(differences()).toEqual([])
  })
})

/** A venue whose clock is so far ahead of what it tells of. */
const ahead = (real: RealVenue, aheadMs: () => number): RealVenue => ({
  ...real,
  time: async () => {
    const answer = await real.time()
    return answer.kind === 'done' ? { ...answer, value: answer.value + aheadMs() } : answer
  },
  setClock: (ms) => real.setClock(ms - aheadMs()),
})
