import { once } from 'node:events'
import ccxt from 'ccxt'
import { afterEach, expect, test } from 'vitest'
import { addExact, compareExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { negateExact, zero } from '#lib/domain/signed-decimal.ts'
import { below, chanceOf, pick } from '#test/faults/chance.ts'
import { ccxtAt, key, type ServedMarket, servedMarket } from './served-market.ts'

const symbol = 'BTC/USDT'
let served: ServedMarket
let client: InstanceType<typeof ccxt.pro.binance>

/** ccxt with numbers as text, as it lets everybody choose. */
async function begin(balances: Record<string, string>, more: object = {}): Promise<void> {
  served = await servedMarket(balances, more)
  client = await ccxtAt(served.server.url)
  client.number = String as never
}
afterEach(async () => {
  await client.close()
  await served.server.close()
})

type Texts = Readonly<Record<string, string>>
const totals = async () => (await client.fetchBalance()).total as unknown as Texts
const orderOf = async (id: string | undefined) => (await client.fetchOrder(id ?? 'none', symbol)) as unknown as Texts
type AccountFrame = { readonly e: string; readonly B: readonly { f: string; l: string }[] }

/** What the account's stream says of balances from here on. */
async function accountFrames(): Promise<AccountFrame[]> {
  const told: AccountFrame[] = []
  const asked = await fetch(`${served.server.url}/api/v3/userDataStream`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': key.apiKey },
  })
  const { listenKey } = (await asked.json()) as { listenKey: string }
  const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/ws/${listenKey}`)
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as AccountFrame
    if (frame.e === 'outboundAccountPosition') told.push(frame)
  })
  await once(socket, 'open')
  return told
}
const free = (asset: string) => served.server.venue.wallet.balance(asset).free

test.each([1, 2, 3])(
  '[B1] seed %i: what ccxt has as balances moved by what its own trades and fees add up to, to the last digit',
  async (seed) => {
    const chance = chanceOf(seed)
    await begin({ USDT: '900', BTC: '3' }, { fees: { takerBps: 7.5, makerBps: 2 } })
    const { info } = await client.fetchBalance()
    expect(info.commissionRates).toMatchObject({ maker: '0.00020000', taker: '0.00075000' })
    const before = await totals()
    const number = (text: string) => text as unknown as number
    for (let n = 0; n < 60; n++) {
      const cents = 9_500 + below(chance, 1_000)
      served.quote(
        (cents / 100).toFixed(2),
        ((cents + 1 + below(chance, 40)) / 100).toFixed(2),
        `${1 + below(chance, 3)}`,
      )
      const [type, side] = [pick(chance, ['market', 'limit', 'limit'] as const), pick(chance, ['buy', 'sell'] as const)]
      const price = type === 'limit' ? number(((cents + below(chance, 300) - 150) / 100).toFixed(2)) : undefined
      const amount = number(`${below(chance, 3)}.${100 + below(chance, 900)}`)
      const hasStop = type === 'market' && below(chance, 3) === 0
      const more = hasStop ? { stopLossPrice: ((cents + (side === 'buy' ? 150 : -150)) / 100).toFixed(2) } : {}
      // What it cannot pay is refused; all else is taken.
      await client.createOrder(symbol, type, side, amount, price, more).catch((error: unknown) => {
        if (!(error instanceof ccxt.InsufficientFunds)) throw error
      })
      for (const asset of ['USDT', 'BTC']) expect(free(asset)).not.toContain('-')
    }
    if ((await client.fetchOpenOrders(symbol)).length > 0) await client.cancelAllOrders(symbol)
    const expected = new Map(Object.entries(before).map(([asset, total]) => [asset, parseExact(total)]))
    const move = (asset: string, amount: typeof zero) =>
      expected.set(asset, addExact(expected.get(asset) ?? zero, amount))
    const trades = await client.fetchMyTrades(symbol, undefined, 1_000)
    const paidIn = new Set<string>()
    for (const { side, amount, price, fee } of trades) {
      const [quantity, at] = [parseExact(String(amount)), parseExact(String(price))]
      const paid = multiplyExact(quantity, at)
      move('BTC', side === 'buy' ? quantity : negateExact(quantity))
      move('USDT', side === 'buy' ? negateExact(paid) : paid)
      move(String(fee?.currency), negateExact(parseExact(String(fee?.cost))))
      paidIn.add(`${side} ${fee?.currency}`)
    }
    expect([...paidIn].sort()).toEqual(['buy BTC', 'sell USDT'])
    const after = await totals()
    for (const [asset, amount] of expected)
      expect({ asset, is: compareExact(amount, parseExact(after[asset] ?? '0')) }).toEqual({ asset, is: 0 })
  },
)

test('[B2] a stop that comes to more than the account has buys what it can pay, and expires', async () => {
  await begin({ USDT: '1000' })
  const { id } = await client.createOrder(symbol, 'market', 'buy', 9, undefined, { stopLossPrice: 110 })
  expect(await client.fetchBalance()).toMatchObject({ USDT: { used: '990.00000000', free: '10.00000000' } })
  served.quote('118.00', '120.00', '50')
  expect(await orderOf(id)).toMatchObject({ status: 'expired', filled: '8.33300000', cost: '999.96000000' })
  expect(await client.fetchBalance()).toMatchObject({
    USDT: { free: '0.04000000', used: '0.00000000' },
    BTC: { free: '8.32466700' },
  })
  served.quote('90.00', '91.00')
  expect(await client.fetchOpenOrders(symbol)).toEqual([])
})

test('[B2] a stop that finds too little to buy, far above its price, leaves nothing below zero', async () => {
  await begin({ USDT: '1000' })
  const told = await accountFrames()
  const { id } = await client.createOrder(symbol, 'market', 'buy', 9, undefined, { stopLossPrice: 110 })
  served.quote('159.00', '160.00', '4')
  // Accepted, traded, expired: with each the balances.
  await expect.poll(() => told).toHaveLength(3)
  for (const { B } of told) for (const { f, l } of B) expect(`${f} ${l}`).not.toContain('-')
  expect(await orderOf(id)).toMatchObject({ status: 'expired', filled: '4.00000000' })
  expect(free('USDT')).toBe('360.00000000')
})

test('[B3] a market order that the balance cannot pay is refused; one that comes to more on its way expires with what was filled', async () => {
  await begin({ USDT: '1000' }, { slippage: { kind: 'bps', bps: 1_000 } })
  await expect(client.createOrder(symbol, 'market', 'buy', 10)).rejects.toThrow(ccxt.InsufficientFunds)
  served.quote('99.00', '100.00', '50')
  const bought = await client.createOrder(symbol, 'market', 'buy', 10)
  expect(bought).toMatchObject({ status: 'expired', filled: '9.09000000', average: '110' })
  expect(free('USDT')).toBe('0.10000000')
  await expect(client.createOrder(symbol, 'market', 'buy', 1)).rejects.toThrow(ccxt.InsufficientFunds)
})

test('[B8] a dated future is not served, since a spot account cannot hold its end; funding of what is served is no event of the account', async () => {
  await begin({ USDT: '1000', BTC: '0' })
  const terms = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  const dated = { instrument: 'BTCUSDT_260327.BINANCE', kind: 'future', expiry: '2026-03-27' }
  served.tell('md.instrument', { ...terms, ...dated })
  const perpetual = 'ETHUSDT.BINANCE'
  served.tell('md.instrument', { ...terms, instrument: perpetual, kind: 'perpetual' })
  expect([...served.server.venue.symbols.keys()]).toEqual(['BTCUSDT', 'ETHUSDT'])
  served.tell('md.tick', { kind: 'quote', instrument: perpetual, bid: '9', bidSize: '9', ask: '10', askSize: '9' })
  await client.loadMarkets(true)
  await client.createOrder('ETH/USDT', 'market', 'buy', 5)
  const held = await totals()
  const next = Date.now() * 1_000 + 1_000
  const rate = { instrument: perpetual, rate: '0.01', markPrice: '10' }
  served.tell('md.funding', { ...rate, nextFundingAt: next })
  await new Promise((resolve) => setTimeout(resolve, 20))
  served.tell('md.funding', { ...rate, nextFundingAt: next + 1_000_000_000 })
  expect(await totals()).toEqual(held)
})

test.each([
  ['SELL', 'BTC', '100.05', ['100.06', '100.08'], ['1', '0.999']],
  ['BUY', 'USDT', '99', ['98.00', '98.99'], ['99', '98.901']],
] as const)(
  '[B2] a %s of "1" that is filled in part has locked what is left of it, to the last digit',
  async (side, asset, price, [bid, ask], [whole, left]) => {
    await begin({ USDT: '100', BTC: '1' })
    const { venue } = served.server
    const terms = { type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price, stopPrice: null } as const
    venue.place({ ...terms, side, symbol: venue.symbols.get('BTCUSDT') as never, clientOrderId: 'a' })
    const locked = () => Number(venue.wallet.balance(asset).locked)
    expect(locked()).toBe(Number(whole))
    served.quote(bid, ask, '0.001')
    expect(locked()).toBe(Number(left))
  },
)
