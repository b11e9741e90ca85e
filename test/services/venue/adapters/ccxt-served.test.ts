import { readFileSync } from 'node:fs'
import ccxt from 'ccxt'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ccxtAt, instrument, type ServedMarket, servedMarket } from './served-market.ts'

const symbol = 'BTC/USDT'
let served: ServedMarket
let client: InstanceType<typeof ccxt.pro.binance>
const called = new Set<string>()

beforeAll(async () => {
  served = await servedMarket()
  // Which of its methods a test calls is kept.
  client = new Proxy(await ccxtAt(served.server.url), {
    get: (exchange, name) => {
      called.add(String(name))
      const part = Reflect.get(exchange, name)
      return typeof part === 'function' ? part.bind(exchange) : part
    },
  })
})
beforeEach(() => served.begin())
afterAll(async () => {
  await client.close()
  await served.server.close()
})
const quote = (bid: string, ask: string) => served.quote(bid, ask)
const market = (topic: string, payload: object) => served.tell(topic, payload)

const idOf = ({ id }: { id?: string | undefined }): string => id ?? 'none'
const limit = (price: number, more = {}) => client.createOrder(symbol, 'limit', 'buy', 1, price, more)

test('ccxt: markets, time, book, best prices, last price', async () => {
  expect(Object.keys(await client.loadMarkets())).toEqual([symbol])
  expect(client.market(symbol)).toMatchObject({ precision: { amount: 0.001, price: 0.01 }, spot: true })
  expect(await client.fetchMarkets()).toHaveLength(1)
  expect(await client.fetchTime()).toBeGreaterThan(1_700_000_000_000)
  expect(await client.fetchOrderBook(symbol)).toMatchObject({ bids: [[100, 5]], asks: [[101, 5]] })
  expect((await client.fetchBidsAsks([symbol]))[symbol]).toMatchObject({ bid: 100, ask: 101 })
  expect((await client.fetchLastPrices([symbol]))[symbol]).toMatchObject({ price: 100.5 })
})

test('ccxt: a limit order is placed, found, replaced and canceled; what it locks is in use', async () => {
  const before = await client.fetchBalance()
  const placed = await limit(90)
  expect(await client.fetchOrder(idOf(placed), symbol)).toMatchObject({ status: 'open', price: 90, remaining: 1 })
  expect((await client.fetchBalance()).USDT).toMatchObject({ used: 90, total: before.USDT?.total })
  const replaced = await client.editOrder(idOf(placed), symbol, 'limit', 'buy', 1, 91)
  expect((await client.fetchOpenOrders(symbol)).map(({ id, price }) => [id, price])).toEqual([[idOf(replaced), 91]])
  expect(await client.cancelOrder(idOf(replaced), symbol)).toMatchObject({ status: 'canceled' })
  expect(await client.fetchOpenOrders(symbol)).toEqual([])
  expect((await client.fetchCanceledOrders(symbol)).map(({ id }) => id)).toEqual([idOf(placed), replaced.id])
})

test('ccxt: market orders by quantity and by cost, IOC, FOK, post-only; trades and balances to the cent', async () => {
  const before = await client.fetchBalance()
  const bought = await client.createOrder(symbol, 'market', 'buy', 1)
  expect(bought).toMatchObject({ status: 'closed', filled: 1, average: 101, fee: { cost: 0.001, currency: 'BTC' } })
  expect(await client.createMarketBuyOrderWithCost(symbol, 101)).toMatchObject({ status: 'closed', filled: 1 })
  expect(await client.createMarketSellOrderWithCost(symbol, 100)).toMatchObject({ status: 'closed', filled: 1 })
  expect(await limit(101, { timeInForce: 'IOC' })).toMatchObject({ status: 'closed', filled: 1 })
  expect(await limit(99, { timeInForce: 'IOC' })).toMatchObject({ status: 'expired', filled: 0 })
  expect(await limit(99, { timeInForce: 'FOK' })).toMatchObject({ status: 'expired' })
  expect(await client.createPostOnlyOrder(symbol, 'limit', 'buy', 1, 90)).toMatchObject({ postOnly: true })
  await expect(client.createPostOnlyOrder(symbol, 'limit', 'buy', 1, 105)).rejects.toThrow(
    ccxt.OrderImmediatelyFillable,
  )
  expect((await client.fetchOrderTrades(idOf(bought), symbol)).map(({ amount, price }) => [amount, price])).toEqual([
    [1, 101],
  ])
  expect((await client.fetchMyTrades(symbol)).length).toBeGreaterThanOrEqual(3)
  expect((await client.fetchOrders(symbol)).length).toBeGreaterThanOrEqual(6)
  expect((await client.fetchClosedOrders(symbol)).length).toBeGreaterThanOrEqual(3)
  const after = await client.fetchBalance()
  expect(Number(after.USDT?.total) - Number(before.USDT?.total)).toBeCloseTo(-3 * 101 + 100 - 0.1, 8)
})

test('ccxt: stop, stop limit, take profit and trigger orders wait, and are canceled together', async () => {
  await client.createStopLimitOrder(symbol, 'buy', 1, 111, 110)
  await client.createStopLossOrder(symbol, 'market', 'sell', 1, undefined, 80)
  await client.createTakeProfitOrder(symbol, 'limit', 'sell', 1, 120, 119)
  await client.createTriggerOrder(symbol, 'limit', 'sell', 1, 89, 90)
  // To ccxt it is a stop, and the price is there: at Binance too.
  await expect(client.createTriggerOrder(symbol, 'limit', 'sell', 1, 120, 119)).rejects.toThrow(
    'Order would trigger immediately.',
  )
  expect(await client.fetchOpenOrders(symbol)).toHaveLength(4)
  expect(await client.cancelAllOrders(symbol)).toHaveLength(4)
})

test('ccxt: orders, own trades and balances are streamed; so are trades and best prices', async () => {
  const orders = await whileActing(client.watchOrders(symbol), () => limit(90))
  expect(orders.at(-1)).toMatchObject({ symbol, status: 'open', price: 90, amount: 1 })
  const bought = () => {
    quote('100.00', '101.01')
    quote('100.00', '101.00')
    return client.createOrder(symbol, 'market', 'buy', 1)
  }
  const [trades, balance] = await whileActing(
    Promise.all([client.watchMyTrades(symbol), client.watchBalance()]),
    bought,
  )
  expect(trades.at(-1)).toMatchObject({ price: 101, amount: 1, side: 'buy' })
  expect(Number(balance.USDT?.used) % 90).toBe(0)
  const [publicTrades, best] = await whileActing(
    Promise.all([client.watchTrades(symbol), client.watchBidsAsks([symbol])]),
    () => {
      market('md.tick', { kind: 'trade', instrument, price: '100.60', size: '2', aggressor: 'buy' })
      quote('100.10', '101.00')
    },
  )
  expect(publicTrades.at(-1)).toMatchObject({ price: 100.6, amount: 2, side: 'buy' })
  expect(best[symbol]).toMatchObject({ bid: 100.1 })
}, 60_000)

/** Acts again and again until what is watched has been seen: when a subscription has taken hold is not told. */
async function whileActing<T>(watched: Promise<T>, act: () => unknown): Promise<T> {
  let isOver = false
  const acting = (async () => {
    while (!isOver) {
      await act()
      await new Promise((done) => setTimeout(done, 100))
    }
  })()
  const seen = await watched
  isOver = true
  await acting
  return seen
}

test('ccxt: the same over the WebSocket API', async () => {
  const placed = await client.createOrderWs(symbol, 'limit', 'buy', 1, 90)
  const replaced = await client.editOrderWs(idOf(placed), symbol, 'limit', 'buy', 1, 91)
  expect(await client.fetchOrderWs(idOf(replaced), symbol)).toMatchObject({ status: 'open', price: 91 })
  expect((await client.fetchOpenOrdersWs(symbol)).map(({ id }) => id)).toEqual([replaced.id])
  // ccxt 4.5.84 reads the balances of account.status as none; what it was told is right.
  expect((await client.fetchBalanceWs()).info.balances).toContainEqual(
    expect.objectContaining({ locked: '91.00000000' }),
  )
  expect(await client.cancelOrderWs(idOf(replaced), symbol)).toMatchObject({ status: 'canceled' })
  expect((await client.fetchOrdersWs(symbol)).at(-1)).toMatchObject({ id: idOf(replaced), status: 'canceled' })
  const bought = await client.createOrderWs(symbol, 'market', 'buy', 1)
  expect((await client.fetchMyTradesWs(symbol)).at(-1)).toMatchObject({ order: bought.id, amount: 1 })
  await client.createOrderWs(symbol, 'limit', 'buy', 1, 90)
  await client.cancelAllOrdersWs(symbol)
  expect(await client.fetchOpenOrders(symbol)).toEqual([])
}, 60_000)

/** The names in the rows of the table in docs/served-binance.md that begin so. */
function namesIn(rows: readonly string[]): string[] {
  const page = readFileSync(new URL('../../../../docs/served-binance.md', import.meta.url), 'utf8')
  const [, part = ''] = page.split('\n## ccxt\n')
  const lines = part.split('\n').filter((line) => rows.some((row) => line.startsWith(`| ${row} |`)))
  expect(lines).toHaveLength(rows.length)
  return lines.flatMap((line) => [...line.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name as string))
}

test('ccxt: all that the table claims has been called by the tests above, and ccxt has it', () => {
  const claimed = namesIn(['market', 'orders', 'account', 'WebSocket API'])
  expect(claimed.length).toBeGreaterThan(35)
  expect(claimed.filter((name) => !called.has(name))).toEqual([])
  expect(claimed.filter((name) => name !== 'loadMarkets' && !client.has[name])).toEqual([])
})

test('ccxt: a trailing stop is refused, and not taken for another order', async () => {
  const trailing = client.createTrailingPercentOrder(symbol, 'market', 'sell', 1, undefined, 1, undefined, {
    stopLossOrTakeProfit: 'stopLoss',
  })
  await expect(trailing).rejects.toThrow(ccxt.InvalidOrder)
  expect(await client.fetchOpenOrders(symbol)).toEqual([])
})

test('ccxt: what the table says is not here is refused by name, at once', async () => {
  const asked = namesIn(['not here']).filter((name) => name.startsWith('fetch'))
  expect(asked.length).toBeGreaterThanOrEqual(5)
  for (const name of asked) {
    const method = Reflect.get(client, name) as (symbol: unknown) => Promise<unknown>
    const asks = method(name === 'fetchTickers' ? [symbol] : name === 'fetchTradingFees' ? undefined : symbol)
    await expect(asks, name).rejects.toThrow('there is no such endpoint here')
  }
})
