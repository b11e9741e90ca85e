import { describe, expect, test } from 'vitest'
import { loadCcxt } from '#lib/market/load-ccxt.ts'
import { asking } from '#services/venue/adapters/ccxt/ccxt-answer.ts'
import { CcxtOrder, CcxtTrade, unfitForCcxt } from '#services/venue/adapters/ccxt/ccxt-order.ts'
import { type CcxtTrader, lackOf, openCcxt } from '#services/venue/adapters/ccxt/open-ccxt.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { RealVenueConfig } from '#services/venue/adapters/gateway/real-venue-config.ts'
import { submitted } from './gateway-scene.ts'
import { key } from './served-market.ts'

const credentials = new Credentials(key.apiKey, key.secret)
const made = async (id: string) => new (await loadCcxt<CcxtTrader>(id))({})

describe('[X1] refused at the start, in one line', () => {
  test.each([
    ['kraken', null, 'has no fetchOrderTrades of it'],
    ['bybit', null, 'does not find its orders by an id of ours'],
    ['upbit', null, 'has no fetchOrderTrades, fetchMyTrades, fetchTime of it'],
    ['bitstamp', null, 'has no fetchOrderTrades, fetchTime of it'],
    ['bitget', null, 'has no fetchOrderTrades of it'],
    ['binance', null, null],
    ['binanceus', null, 'ccxt opens the stream of its accounts at Binance.com, with its key'],
    ['mexc', null, 'open orders of one symbol only'],
    ['htx', null, null],
    ['kucoin', null, 'open orders of one symbol only'],
  ])('%s with the password %s: %s', async (id, password, why) => {
    const lack = lackOf(await made(id), password)
    if (why === null) expect(lack).toBeNull()
    else expect(lack).toContain(why)
  })

  test('keys that are more than a key and its secret', async () => {
    const { id, has, features } = await made('binance')
    const wanting = (name: string) =>
      lackOf({ id, has, features, requiredCredentials: { apiKey: true, secret: true, [name]: true } }, null)
    expect(wanting('password')).toContain('CCXT_PASSWORD')
    expect(wanting('walletAddress')).toContain('it wants walletAddress for keys')
  })

  const open = (more: object, addresses = { restUrl: '', wsUrl: '' }) =>
    openCcxt({ exchange: 'binance', environment: 'served', timeoutMs: 500, ...more }, addresses, credentials)

  test('an exchange that ccxt does not know, one that lacks what is needed, and the exchange itself under another name', async () => {
    await expect(open({ exchange: 'nope' })).rejects.toThrow('ccxt listens to no exchange "nope"')
    await expect(open({ exchange: 'kraken', environment: 'testnet' })).rejects.toThrow('no orders are sent to kraken')
    await expect(open({ exchange: 'htx', environment: 'testnet' })).rejects.toThrow('knows no test network of htx')
    const itself = { restUrl: 'https://api.binance.com', wsUrl: 'wss://elsewhere.example' }
    await expect(open({}, itself)).rejects.toThrow('is binance itself')
  })

  test.each([
    ['binance', 'api.binance.com'],
    ['binance', 'api4.binance.com.'],
    ['htx', 'api.huobi.pro'],
    ['htx', 'api-aws.huobi.pro'],
    ['htx', 'api-aws.huobi.pro.'],
    ['htx', 'api.hbdm.com'],
    ['htx', 'www.htx.com'],
  ])('[G18] %s is not served at %s: that is the exchange itself', async (exchange, host) => {
    const refused = `is ${exchange} itself`
    await expect(open({ exchange }, { restUrl: `https://${host}`, wsUrl: 'wss://a.example' })).rejects.toThrow(refused)
    await expect(open({ exchange }, { restUrl: 'https://a.example', wsUrl: `wss://${host}` })).rejects.toThrow(refused)
    await expect(
      open({ exchange }, { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1' }),
    ).resolves.toBeDefined()
  })

  test('its test network is not its production', async () => {
    const there = await open({ environment: 'testnet' })
    expect(JSON.stringify((there.urls.api as { private: string }).private)).toContain('testnet.binance.vision')
  })

  test.each([
    [{ kind: 'ccxt', environment: 'production' }, 'goes with kind ccxt'],
    [{ kind: 'binance', environment: 'testnet', exchange: 'kraken' }, 'goes with kind ccxt'],
    [
      { kind: 'ccxt', exchange: 'kraken', environment: 'testnet', restUrl: 'https://a.b', wsUrl: 'wss://a.b' },
      'restUrl',
    ],
    [{ kind: 'ccxt', exchange: 'kraken', environment: 'served' }, 'restUrl'],
  ])('a topology that says %j', (config, why) => {
    expect(JSON.stringify(RealVenueConfig.safeParse(config).error?.issues)).toContain(why)
  })
})

describe('[X3] terms that are not sent', () => {
  test.each([
    [{ orderType: 'stop', stopPrice: '95', limitPrice: undefined }, 'market and limit'],
    [{ timeInForce: 'DAY' }, 'no DAY'],
    [{ isReduceOnly: true }, 'reduce-only'],
    [{ bracket: { stopLoss: '80' } }, 'bracket'],
    [{ isPostOnly: true, timeInForce: 'IOC' }, 'post-only'],
  ])('%j', async (more, why) => {
    expect(unfitForCcxt(submitted('t-1-0', 'BTC-USDT.BINANCE', more), await made('binance'))).toMatchObject({
      code: 'TERMS_INVALID',
      reason: expect.stringContaining(why),
    })
  })

  test('a market buy where the exchange buys by cost', async () => {
    const order = submitted('t-1-0', 'BTC-USDT.HTX', { orderType: 'market', limitPrice: undefined })
    expect(unfitForCcxt(order, await made('htx'))).toMatchObject({ reason: expect.stringContaining('by cost') })
    expect(unfitForCcxt(order, await made('binance'))).toBeNull()
  })
})

describe('[X4] what an error of ccxt proves', async () => {
  const ccxt = (await import('ccxt')).default
  const proved = (error: Error) => asking(credentials, {})(() => Promise.reject(error))

  test.each([
    [new ccxt.RequestTimeout('x'), 'nothing'],
    [new ccxt.ExchangeNotAvailable('x'), 'nothing'],
    [new ccxt.DDoSProtection('x'), 'nothing'],
    [new ccxt.RateLimitExceeded('x'), 'nothing'],
    [new ccxt.InvalidNonce('x'), 'nothing'],
    [new ccxt.BadResponse('x'), 'nothing'],
    [new ccxt.OperationFailed('x'), 'nothing'],
    [new ccxt.AuthenticationError('x'), 'nothing'],
    [new ccxt.ExchangeError('something else'), 'nothing'],
    [new TypeError('a fault of the library'), 'nothing'],
    [new ccxt.OrderNotFound('x'), 'absent'],
    [new ccxt.InsufficientFunds('x'), 'refused'],
    [new ccxt.OrderImmediatelyFillable('x'), 'refused'],
  ])('%s: %s', async (error, kind) => {
    expect(await proved(error)).toMatchObject({ kind })
  })

  test('a duplicate is asked for', async () => {
    const refusal = { kind: 'refused', code: 'DUPLICATE_CLIENT_ORDER_ID' }
    expect(await proved(new ccxt.DuplicateOrderId('x'))).toMatchObject(refusal)
    expect(await proved(new ccxt.InvalidOrder('binance {"code":-2010,"msg":"Duplicate order sent."}'))).toMatchObject(
      refusal,
    )
  })

  test('[G17] nothing that is said has an address or a key in it', async () => {
    const url = `https://api.binance.com/api/v3/order?signature=${'f'.repeat(64)}`
    for (const text of [`binance GET ${url} request timed out`, `bad key ${key.apiKey}`, `bad ${key.secret}`]) {
      const answer = await proved(new ccxt.RequestTimeout(text))
      expect(answer).toMatchObject({ kind: 'nothing', reason: 'RequestTimeout' })
    }
  })
})

describe('[X6] what ccxt does not tell is not guessed', () => {
  const order = { id: '7', symbol: 'BTC/USDT', clientOrderId: 'x-1', status: 'closed', filled: '1' }
  test('an order that is over without how much of it was filled, or in a state that is none', () => {
    expect(CcxtOrder.safeParse(order).success).toBe(true)
    expect(CcxtOrder.safeParse({ ...order, filled: undefined }).success).toBe(false)
    expect(CcxtOrder.safeParse({ ...order, filled: undefined, status: 'open' }).success).toBe(true)
    expect(CcxtOrder.safeParse({ ...order, status: 'settling' }).success).toBe(false)
  })

  test('a trade without a fee, with two, or with a number that has an exponent', () => {
    const trade = { id: '1', price: '100', amount: '1', fee: { cost: '0.001', currency: 'BTC' }, timestamp: 1 }
    expect(CcxtTrade.safeParse(trade).success).toBe(true)
    expect(CcxtTrade.safeParse({ ...trade, fee: undefined }).success).toBe(false)
    expect(CcxtTrade.safeParse({ ...trade, fees: [{}, {}] }).success).toBe(false)
    expect(CcxtTrade.safeParse({ ...trade, amount: '1e-7' }).success).toBe(false)
  })
})
