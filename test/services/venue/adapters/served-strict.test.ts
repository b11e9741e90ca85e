import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { routes } from '#services/venue/adapters/binance/rest-routes.ts'
import { plainClient, type Sent } from './plain-client.ts'
import { key, type ServedMarket, servedMarket } from './served-market.ts'

const symbol = 'BTCUSDT'
let served: ServedMarket
let client: ReturnType<typeof plainClient>

beforeAll(async () => {
  served = await servedMarket()
  client = plainClient(served.server.url)
})
beforeEach(() => served.begin())
afterAll(() => served.server.close())

const order = (type: string, more: Sent = {}) => ({ symbol, side: 'BUY', type, ...more })
const limit: Sent = order('LIMIT', { quantity: '1', price: '90', timeInForce: 'GTC' })
const market: Sent = order('MARKET', { quantity: '1' })
const stop: Sent = order('STOP_LOSS', { quantity: '1', stopPrice: '110' })
const { quantity: _, ...sizeless } = market
const { stopPrice: __, ...stopless } = stop

describe('[B4] what is not served is refused, with its code, and never taken for something else', () => {
  test.each<[string, Sent, number, string | RegExp]>([
    ['an iceberg', { ...limit, icebergQty: '0.1' }, -2010, 'Iceberg orders are not supported for this symbol.'],
    ['a trailing stop', { ...stop, trailingDelta: '100' }, -2010, /Trailing stop orders/],
    ['a trailing stop without a price', { ...stopless, trailingDelta: '100' }, -2010, /Trailing stop orders/],
    ['a pegged order', { ...limit, pegPriceType: 'PRIMARY_PEG' }, -2010, /Pegged orders/],
    [
      'prevention of self-trades',
      { ...limit, selfTradePreventionMode: 'EXPIRE_MAKER' },
      -1013,
      /self-trade prevention/,
    ],
    ['a prevention that is none', { ...limit, selfTradePreventionMode: 'MAYBE' }, -1130, /selfTradePreventionMode/],
    ['a name that is none', { ...limit, leverage: '5' }, -1104, /read '8' parameter\(s\) but was sent '9'/],
    ['reduce-only', { ...limit, reduceOnly: 'true' }, -1104, /Not all sent parameters were read/],
    ['a margin side effect', { ...limit, sideEffectType: 'MARGIN_BUY' }, -1104, /Not all sent/],
    ['a name in other letters', { ...limit, IcebergQty: '0.1' }, -1104, /Not all sent/],
    ['GTX', { ...limit, timeInForce: 'GTX' }, -1115, 'Invalid timeInForce.'],
    ['GTD', { ...limit, timeInForce: 'GTD' }, -1115, 'Invalid timeInForce.'],
    ['a stop price of a limit order', { ...limit, stopPrice: '80' }, -1106, /'stopPrice' sent when not required/],
    ['a trailing delta of a limit order', { ...limit, trailingDelta: '100' }, -1106, /'trailingDelta'/],
    ['a price of a market order', { ...market, price: '90' }, -1106, /'price' sent when not required/],
    ['a time in force of a market order', { ...market, timeInForce: 'IOC' }, -1106, /'timeInForce' sent/],
    ['a quantity and a cost', { ...market, quoteOrderQty: '10' }, -1106, /'quoteOrderQty' sent when not required/],
    ['a cost of a limit order', { ...limit, quoteOrderQty: '10' }, -1106, /'quoteOrderQty'/],
    ['neither a quantity nor a cost', sizeless, -1102, /Param 'quantity' or 'quoteOrderQty' must be sent/],
    ['no stop price', stopless, -1102, /Param 'stopPrice' or 'trailingDelta' must be sent/],
    ['an empty price', { ...limit, price: '' }, -1105, "Parameter 'price' was empty."],
    ['an answer of another kind', { ...limit, newOrderRespType: 'SHORT' }, -1130, /'newOrderRespType'/],
    ['a strategy type too small', { ...limit, strategyType: '999999' }, -1134, /strategyType/],
    ['a client id with a colon', { ...limit, newClientOrderId: 'a:b' }, -1100, /legal range is '\^\[a-zA-Z0-9-_\]/],
    ['an exponent', { ...limit, quantity: '1e1' }, -1100, /Illegal characters found in parameter 'quantity'; legal/],
    ['a window too long', { ...limit, recvWindow: '60001' }, -1131, /recvWindow must be less than 60000/],
    ['a type of the futures', { ...stop, type: 'STOP_MARKET' }, -1116, 'Invalid orderType.'],
  ])('an order: %s', async (_, params, code, words) => {
    for (const path of ['order', 'order/test']) {
      const { status, body } = await client.call('POST', path, params)
      expect({ status, ...body }).toEqual({ status: 400, code, msg: expect.stringMatching(words) })
    }
    expect((await client.call('GET', 'openOrders')).body).toEqual([])
  })

  test.each<[string, string, Sent, number]>([
    ['GET', 'order', { symbol }, -1102],
    ['GET', 'order', { symbol, orderId: '1', orderListId: '2' }, -1104],
    ['GET', 'openOrders', { symbol, limit: '5' }, -1104],
    ['GET', 'allOrders', { symbol, startTime: '0', endTime: '86400001' }, -1127],
    ['GET', 'allOrders', { symbol, limit: '0' }, -1130],
    ['GET', 'myTrades', { symbol, fromId: '1', startTime: '0' }, -1128],
    ['GET', 'account', { omitZeroBalances: 'yes' }, -1130],
    ['DELETE', 'order', { symbol, orderId: '1', cancelRestrictions: 'ONLY_OLD' }, -1145],
    ['DELETE', 'order', { symbol, orderId: '1', newClientOrderId: 'a b' }, -1100],
    ['POST', 'order/cancelReplace', { ...limit, cancelReplaceMode: 'ALLOW_FAILURE' }, -1102],
    ['POST', 'order/cancelReplace', { ...limit, cancelReplaceMode: 'MAYBE', cancelOrderId: '1' }, -1130],
  ])('%s %s %j', async (method, path, params, code) => {
    expect(await client.call(method, path, params)).toMatchObject({ status: 400, body: { code } })
  })

  test.each([
    ['ping?a=1', -1101, "Too many parameters; expected '0' and received '1'."],
    ['time?a=1&b=2', -1101, "Too many parameters; expected '0' and received '2'."],
    ['depth?symbol=BTCUSDT&level=1', -1104, /read '1' parameter\(s\) but was sent '2'/],
    ['depth?symbol=BTCUSDT&symbol=ETHUSDT', -1101, "Duplicate values for parameter 'symbol'."],
    ['depth?symbol=', -1105, "Parameter 'symbol' was empty."],
    ['depth?symbol=BTCUSDT&limit=0', -1130, /'limit'/],
    ['exchangeInfo?permissions=SPOT', -1104, /Not all sent/],
    ['exchangeInfo?symbol=BTCUSDT&symbols=%5B%5D', -1128, 'Combination of optional parameters invalid.'],
    ['ticker/price?symbols=BTCUSDT', -1100, /'symbols'; legal range/],
    ['ticker/price?symbols=%5B%22NOPE%22%5D', -1121, 'Invalid symbol.'],
  ])('without a signature: %s', async (path, code, words) => {
    const { status, body } = await client.open(path)
    expect({ status, ...body }).toEqual({ status: 400, code, msg: expect.stringMatching(words) })
  })

  test('a parameter that comes twice, also where both say the same', async () => {
    const twice = [...Object.entries(limit), ['quantity', '1']] as const
    expect(await client.call('POST', 'order', twice)).toMatchObject({ status: 400, body: { code: -1101 } })
  })

  test('every endpoint refuses a name that it does not know, and the WebSocket API too', async () => {
    for (const [name, { security }] of Object.entries(routes)) {
      const [method = '', path = ''] = name.split(' ')
      const asked =
        security === 'signed' ? client.call(method, path.slice(8), { nope: '1' }) : client.ask(method, `${path}?nope=1`)
      const { status, body } = await asked
      expect({ name, status, code: [-1101, -1104].includes(Number(body.code)) }).toEqual({
        name,
        status: 400,
        code: true,
      })
    }
    const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/ws-api/v3`)
    await once(socket, 'open')
    const ask = async (request: object) => {
      socket.send(JSON.stringify(request))
      const [bytes] = await once(socket, 'message')
      return JSON.parse(String(bytes))
    }
    const unread = { status: 400, error: { code: -1104 } }
    expect(await ask({ id: 1, method: 'depth', params: { symbol, level: 1 } })).toMatchObject({ id: 1, ...unread })
    expect(await ask({ id: 2, method: 'depth', params: [symbol] })).toMatchObject({ error: { code: -1135 } })
    expect(await ask({ id: 3, method: 'ticker.price', params: { symbols: [symbol] } })).toMatchObject({ status: 200 })
    expect(await ask({ id: 4, method: 'order.place', params: { apiKey: key.apiKey, symbol } })).toMatchObject({
      status: 400,
    })
    socket.terminate()
  })
})

describe('[B7] every filter that is listed is enforced', () => {
  type Filter = Record<string, string | number> & { readonly filterType: string }
  const filters = async () => {
    const { body } = await client.open(`exchangeInfo?symbol=${symbol}`)
    return (body as unknown as { symbols: { filters: Filter[] }[] }).symbols[0]?.filters ?? []
  }
  const filterOf = async (filterType: string) =>
    (await filters()).find((one) => one.filterType === filterType) as Filter
  const refused = (name: string) => ({ status: 400, body: { code: -1013, msg: `Filter failure: ${name}` } })
  const place = (params: Sent) => client.call('POST', 'order', params)

  test('there are no others', async () => {
    expect((await filters()).map(({ filterType }) => filterType)).toEqual([
      'PRICE_FILTER',
      'LOT_SIZE',
      'MAX_NUM_ORDERS',
      'MAX_NUM_ALGO_ORDERS',
    ])
  })

  test('PRICE_FILTER: of a price and a stop price, its least, most and step', async () => {
    const { minPrice, maxPrice, tickSize } = await filterOf('PRICE_FILTER')
    for (const price of [
      '0',
      '0.001',
      String(Number(minPrice) / 2),
      `${90 + Number(tickSize) / 2}`,
      `${maxPrice}.01`,
      '9'.repeat(20),
    ]) {
      expect(await place({ ...limit, price })).toMatchObject(refused('PRICE_FILTER'))
      expect(await place({ ...stop, stopPrice: price })).toMatchObject(refused('PRICE_FILTER'))
    }
    const most = { ...limit, side: 'SELL', price: String(maxPrice), quantity: '0.001' }
    expect(await place(most)).toMatchObject({ status: 200 })
  })

  test('LOT_SIZE: its least, most and step, also where a cost comes to it', async () => {
    const { maxQty } = await filterOf('LOT_SIZE')
    for (const quantity of ['0', '0.0001', '1.0005', `${maxQty}.001`, '9'.repeat(20)])
      expect(await place({ ...limit, quantity })).toMatchObject(refused('LOT_SIZE'))
    for (const quoteOrderQty of ['0', '0.05', '9'.repeat(20)])
      expect(await place({ ...sizeless, quoteOrderQty })).toMatchObject(refused('LOT_SIZE'))
    expect(await place({ ...limit, quantity: String(maxQty) })).toMatchObject({ body: { code: -2010 } })
  })

  test('MAX_NUM_ALGO_ORDERS and MAX_NUM_ORDERS: as many as they say', async () => {
    const small = { ...limit, quantity: '0.001' }
    const stops = Number((await filterOf('MAX_NUM_ALGO_ORDERS')).maxNumAlgoOrders)
    for (let n = 0; n < stops; n++) expect((await place({ ...stop, quantity: '0.001' })).status).toBe(200)
    expect(await place(stop)).toMatchObject(refused('MAX_NUM_ALGO_ORDERS'))
    const most = Number((await filterOf('MAX_NUM_ORDERS')).maxNumOrders)
    for (let n = stops; n < most; n++) expect((await place(small)).status).toBe(200)
    expect(await place(small)).toMatchObject(refused('MAX_NUM_ORDERS'))
    expect(await place(market)).toMatchObject(refused('MAX_NUM_ORDERS'))
    expect((await client.call('DELETE', 'openOrders', { symbol })).body).toHaveLength(most)
    expect((await place(small)).status).toBe(200)
  }, 30_000)

  test.each([
    ['BUY', 'STOP_LOSS', '101'],
    ['BUY', 'TAKE_PROFIT', '101'],
    ['SELL', 'STOP_LOSS', '100'],
    ['SELL', 'TAKE_PROFIT', '100'],
  ])('a price that is there is not waited for: %s %s at %s', async (side, type, stopPrice) => {
    const terms = { symbol, side, type, quantity: '1', stopPrice }
    expect(await place(terms)).toMatchObject({
      status: 400,
      body: { code: -2010, msg: 'Order would trigger immediately.' },
    })
    const isUp = (side === 'BUY') === (type === 'STOP_LOSS')
    expect(await place({ ...terms, stopPrice: `${Number(stopPrice) + (isUp ? 1 : -1)}` })).toMatchObject({
      status: 200,
    })
  })
})

describe('what is served besides', () => {
  test('marks of the client and the cost that it asked for come back with the order', async () => {
    const marked = await client.call('POST', 'order', {
      ...limit,
      strategyId: '7',
      strategyType: '1000000',
      icebergQty: '0',
    })
    expect(marked.body).toMatchObject({ status: 'NEW', strategyId: 7, strategyType: 1_000_000 })
    const byCost = await client.call('POST', 'order', { ...sizeless, quoteOrderQty: '101' })
    expect(byCost.body).toMatchObject({ executedQty: '1.00000000', origQuoteOrderQty: '101.00000000' })
    expect(marked.body).not.toHaveProperty('trailingDelta')
  })

  test('a cancel with a name of its own, and one that is for new orders only', async () => {
    const { body } = await client.call('POST', 'order', {
      ...limit,
      price: '99.5',
      quantity: '4',
      newClientOrderId: 'mine',
    })
    served.quote('99.00', '99.50', '1')
    const named = { symbol, orderId: String(body.orderId) }
    expect(await client.call('DELETE', 'order', { ...named, cancelRestrictions: 'ONLY_NEW' })).toMatchObject({
      status: 400,
      body: { code: -2011, msg: 'Order was not canceled due to cancel restrictions.' },
    })
    expect(await client.call('GET', 'order', { ...named, origClientOrderId: 'another' })).toMatchObject({
      body: { code: -2039 },
    })
    const how = { cancelRestrictions: 'ONLY_PARTIALLY_FILLED', newClientOrderId: 'the-cancel' }
    expect((await client.call('DELETE', 'order', { ...named, ...how })).body).toMatchObject({
      status: 'CANCELED',
      origClientOrderId: 'mine',
      clientOrderId: 'the-cancel',
    })
    expect((await client.call('GET', 'order', named)).body).toMatchObject({ clientOrderId: 'mine' })
  })

  test('an order asks for less where it stands; never for more, nor for what it got', async () => {
    const { body } = await client.call('POST', 'order', {
      ...limit,
      price: '99.5',
      quantity: '4',
      newClientOrderId: 'large',
    })
    const named = { symbol, orderId: String(body.orderId) }
    const amend = (more: object) => client.call('PUT', 'order/amend/keepPriority', { ...named, ...more })
    expect((await amend({ newQty: '3', newClientOrderId: 'small' })).body).toMatchObject({
      amendedOrder: { origClientOrderId: 'large', clientOrderId: 'small', qty: '3.00000000', status: 'NEW' },
    })
    expect((await client.call('GET', 'order', named)).body).toMatchObject({ origQty: '3.00000000' })
    expect((await amend({ newQty: '4' })).body).toMatchObject({
      code: -2038,
      msg: 'Order amend (quantity increase) is not supported.',
    })
    expect((await amend({ newQty: '3' })).body).toMatchObject({ code: -2038 })
    served.quote('99.00', '99.50', '1')
    expect((await amend({ newQty: '1' })).body).toMatchObject({ code: -1013 })
    expect((await amend({ newQty: '1.00001' })).body).toMatchObject({ code: -1013 })
    expect((await amend({})).body).toMatchObject({ code: -1102 })
    await client.call('DELETE', 'order', named)
    expect((await amend({ newQty: '2' })).body).toMatchObject({ code: -2013 })
  })

  test('cancelReplace: the cancel has a name of its own, and a limit of orders that is none', async () => {
    const { body } = await client.call('POST', 'order', { ...limit, price: '98', newClientOrderId: 'first' })
    const how = { cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: String(body.orderId) }
    const replace = (more: object) =>
      client.call('POST', 'order/cancelReplace', { ...limit, price: '97', newClientOrderId: 'second', ...how, ...more })
    expect((await replace({ orderRateLimitExceededMode: 'MAYBE' })).body).toMatchObject({ code: -1130 })
    expect((await replace({ cancelNewClientOrderId: 'a b' })).body).toMatchObject({ code: -1100 })
    const named = { cancelNewClientOrderId: 'the-cancel', orderRateLimitExceededMode: 'CANCEL_ONLY' }
    expect((await replace(named)).body).toMatchObject({
      cancelResponse: { origClientOrderId: 'first', clientOrderId: 'the-cancel' },
      newOrderResponse: { clientOrderId: 'second' },
    })
  })

  test('orders and trades of a time', async () => {
    const { body: placed } = await client.call('POST', 'order', market)
    const at = Number(placed.transactTime)
    const ids = async (path: string, startTime: number, endTime: number) =>
      (await client.call('GET', path, { symbol, startTime: String(startTime), endTime: String(endTime) })).body.map(
        ({ orderId }) => orderId,
      )
    for (const path of ['allOrders', 'myTrades']) {
      expect(await ids(path, at, at + 1_000)).toContain(placed.orderId)
      expect(await ids(path, at + 1_000, at + 2_000)).toEqual([])
      expect(await ids(path, at - 2_000, at - 1_000)).not.toContain(placed.orderId)
    }
  })
})
