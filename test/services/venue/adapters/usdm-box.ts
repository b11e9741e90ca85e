import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { algoUpdate, isConditional, shownAlgo, UsdmAlgos } from './usdm-algos.ts'
import { type BoxOrder, longId, sizeOf, UsdmBook } from './usdm-book.ts'

type Key = { readonly apiKey: string; readonly secret: string }
type Asked = { readonly method: string; readonly path: string; readonly query: URLSearchParams }
class Fault extends Error {
  readonly code: number
  constructor(code: number, msg: string) {
    super(msg)
    this.code = code
  }
}

/** An exchange in a box: BTCUSDT of Binance USD-M over its own protocol, with its own book of orders, positions and cash. */
export async function usdmBox(key: Key) {
  let [listenKey, keys, renewals] = ['', 0, 0]
  let isHedged = false
  let limitedMs = 0
  let asked = 0
  let editLateMs = 0
  const streams = new Map<import('ws').WebSocket, string>()
  const tell = (event: object) => {
    for (const [socket, under] of streams) if (under === listenKey) socket.send(JSON.stringify(event))
  }
  /** Who listens to the market: sockets with their streams. */
  const listeners = new Map<import('ws').WebSocket, readonly string[]>()
  const publish = (stream: string, data: object) => {
    for (const [socket, names] of listeners) if (names.includes(stream)) socket.send(JSON.stringify({ stream, data }))
  }
  let updates = 0
  const book = new UsdmBook((order, trade) => {
    tell(update(order, trade))
    algos.hear(order)
  })
  const algos = new UsdmAlgos(book, (algo) => tell(algoUpdate(algo)))
  book.onPaid = () => tell({ e: 'ACCOUNT_UPDATE', E: Date.now(), T: Date.now(), a: { m: 'FUNDING_FEE', B: [], P: [] } })
  const named = (query: URLSearchParams) =>
    book.orders.findLast(
      ({ clientOrderId, orderId }) =>
        clientOrderId === query.get('origClientOrderId') || longId(orderId) === query.get('orderId'),
    )
  const answer = ({ method, path, query }: Asked): unknown => {
    switch (`${method} ${path}`) {
      case 'GET /fapi/v1/time':
        return { serverTime: Date.now() }
      case 'GET /fapi/v1/exchangeInfo':
        return { symbols: [listed] }
      case 'GET /fapi/v1/positionSide/dual':
        return { dualSidePosition: isHedged }
      case 'GET /fapi/v2/positionRisk':
        return [{ symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: book.position }]
      case 'GET /fapi/v1/income':
        return book.payments
          .filter(({ at }) => query.get('incomeType') === 'FUNDING_FEE' && at >= Number(query.get('startTime')))
          .map(({ id, amount: income, at: time }) => ({ ...fundingFee, income, time, tranId: id }))
          .slice(0, Number(query.get('limit')))
      case 'GET /fapi/v1/openOrders':
        return book.orders
          .filter(({ status }) => isOpen(status))
          .map((order) => ({ ...shown(order), ...termsOf(order) }))
      case 'GET /fapi/v1/userTrades':
        return book.orders
          .filter(({ orderId }) => !query.has('orderId') || longId(orderId) === query.get('orderId'))
          .flatMap(({ orderId, sign, trades }) =>
            trades.map((trade) => ({ ...trade, orderId: written(orderId), buyer: sign > 0 })),
          )
          .filter(({ id, time }) => {
            if (time > Number(query.get('endTime') ?? Number.POSITIVE_INFINITY)) return false
            return id >= Number(query.get('fromId') ?? 0) && time >= Number(query.get('startTime') ?? 0)
          })
          .sort((a, b) => a.id - b.id)
          .slice(0, Number(query.get('limit') ?? 500))
      case 'POST /fapi/v1/order': {
        if (query.get('symbol') !== 'BTCUSDT') throw new Fault(-1121, 'Invalid symbol.')
        if (isConditional(query.get('type'))) throw new Fault(-4120, 'Please use the Algo Order API endpoints instead.')
        const placed = book.place(Object.fromEntries(query))
        if ('code' in placed) throw new Fault(placed.code, placed.msg)
        return shown(placed)
      }
      case 'GET /fapi/v2/ticker/price':
        return { symbol: 'BTCUSDT', price: cents(book.last), time: Date.now() }
      case 'POST /fapi/v1/algoOrder': {
        if (query.get('symbol') !== 'BTCUSDT') throw new Fault(-1121, 'Invalid symbol.')
        const placed = algos.place(Object.fromEntries(query))
        if ('code' in placed) throw new Fault(placed.code, placed.msg)
        return shownAlgo(placed)
      }
      case 'GET /fapi/v1/algoOrder': {
        const algo = algos.find({ algoId: query.get('algoId'), clientAlgoId: query.get('clientAlgoId') })
        if (!algo) throw new Fault(-2013, 'Order does not exist.')
        return shownAlgo(algo)
      }
      case 'DELETE /fapi/v1/algoOrder': {
        const ended = algos.cancel({ algoId: query.get('algoId'), clientAlgoId: query.get('clientAlgoId') })
        if ('code' in ended) throw new Fault(ended.code, ended.msg)
        return { algoId: ended.algoId, clientAlgoId: ended.clientAlgoId, code: '200', msg: 'success' }
      }
      case 'GET /fapi/v1/openAlgoOrders':
        return algos.open().map(shownAlgo)
      case 'PUT /fapi/v1/order': {
        const order = named(query)
        if (!order || !isOpen(order.status)) throw new Fault(-2013, 'Order does not exist.')
        const to = Math.round(Number(query.get('price')) * 100)
        const asked = Math.round(Number(query.get('quantity')) * 1_000)
        if (to === order.cents && asked === book.asked(order)) throw new Fault(-5027, 'No need to modify the order.')
        if (asked !== book.asked(order)) book.resize(order, asked)
        const refused = to === order.cents ? null : book.move(order, to)
        if (refused) throw new Fault(refused.code, refused.msg)
        return shown(order)
      }
      case 'GET /fapi/v1/order':
      case 'DELETE /fapi/v1/order': {
        const order = named(query)
        if (method === 'GET' && !order) throw new Fault(-2013, 'Order does not exist.')
        if (method === 'DELETE' && (!order || !isOpen(order.status))) throw new Fault(-2011, 'Unknown order sent.')
        if (method === 'DELETE') book.end(order as BoxOrder, 'CANCELED')
        return shown(order as BoxOrder)
      }
      case 'POST /fapi/v1/listenKey':
        if (listenKey === '') listenKey = `listen${++keys}`
        return { listenKey }
      case 'PUT /fapi/v1/listenKey':
        if (listenKey === '') throw new Fault(-1125, 'This listenKey does not exist.')
        renewals++
        return { listenKey }
      default:
        throw new Fault(-1099, 'Not found')
    }
  }
  const server = createServer((request, response) => {
    asked++
    if (request.method === 'PUT' && request.url?.includes('/order') && editLateMs > 0) {
      const lateMs = editLateMs
      editLateMs = 0
      request.socket.destroy()
      return void setTimeout(() => refusing(() => answer(checked(request, key))), lateMs)
    }
    if (Date.now() < limitedMs) return void response.writeHead(429, { 'retry-after': '1' }).end('{"code":-1003}')
    try {
      reply(response, 200, answer(checked(request, key)))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      reply(response, 400, { code: error.code, msg: error.message })
    }
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, { url = '' }) => {
    const named = /^\/(?:public|market)\/stream\?streams=(.*)$/.exec(url)?.[1]
    if (named === undefined) streams.set(socket, url.split('/').at(-1) as string)
    else listeners.set(socket, named.split('/'))
    socket.on('close', () => {
      streams.delete(socket)
      listeners.delete(socket)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    book,
    algos,
    /** Prices in cents, sizes in thousandths. */
    quote: (bid: number, ask: number, bidSize: number, askSize: number) => {
      book.quote(bid, ask, bidSize, askSize)
      const [b, a] = [cents(bid), cents(ask)]
      const frame = { e: 'bookTicker', u: ++updates, s: 'BTCUSDT', b, B: lots(bidSize), a, A: lots(askSize) }
      publish('btcusdt@bookTicker', { ...frame, T: Date.now(), E: Date.now() })
    },
    trade: (price: number, size: number, isSale: boolean) => {
      const frame = { e: 'aggTrade', E: Date.now(), s: 'BTCUSDT', a: ++updates, p: cents(price), q: lots(size) }
      publish('btcusdt@aggTrade', { ...frame, T: Date.now(), m: isSale })
    },
    /** The account's listen key is no more, as after 60 minutes without a renewal. */
    expireKey: ({ isSilent = false } = {}) => {
      if (!isSilent) tell({ e: 'listenKeyExpired', E: Date.now(), listenKey })
      listenKey = ''
    },
    /** The next change of an order arrives so much later, and its answer never. */
    lateEdit: (ms: number) => {
      editLateMs = ms
    },
    hedge: (is: boolean) => {
      isHedged = is
    },
    limit: (forMs: number) => {
      limitedMs = Date.now() + forMs
    },
    counts: () => ({ keys, renewals, asked }),
    close: async () => {
      algos.close()
      for (const socket of [...streams.keys(), ...listeners.keys()]) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function refusing(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

const cents = (price: number) => (price / 100).toFixed(2)
const lots = (size: number) => (size / 1_000).toFixed(3)
const listed = {
  symbol: 'BTCUSDT',
  contractType: 'PERPETUAL',
  quoteAsset: 'USDT',
  marginAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', stepSize: '0.001' },
  ],
}

const fundingFee = { symbol: 'BTCUSDT', incomeType: 'FUNDING_FEE', asset: 'USDT', info: 'FUNDING_FEE', tradeId: '' }

const isOpen = (status: string) => status === 'NEW' || status === 'PARTIALLY_FILLED'

const isPublic = (path: string) =>
  path.endsWith('/ticker/price') || path.endsWith('/time') || path.endsWith('/exchangeInfo')

function checked({ method = '', url = '', headers }: IncomingMessage, key: Key): Asked {
  const [path = '', text = ''] = url.split('?')
  const query = new URLSearchParams(text)
  const asked = { method, path, query }
  if (isPublic(path)) return asked
  if (headers['x-mbx-apikey'] !== key.apiKey) throw new Fault(-2014, 'API-key format invalid.')
  if (path.endsWith('/listenKey')) return asked
  const [signed = '', signature] = text.split('&signature=')
  if (createHmac('sha256', key.secret).update(signed).digest('hex') !== signature)
    throw new Fault(-1022, 'Signature for this request is not valid.')
  const at = Number(query.get('timestamp'))
  if (at > Date.now() + 1_000 || at + Number(query.get('recvWindow')) < Date.now())
    throw new Fault(-1021, 'Timestamp for this request is outside of the recvWindow.')
  return asked
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-mbx-used-weight-1m': '1' })
  response.end(JSON.stringify(body))
}

/** A number in JSON, digit by digit. */
const written = (orderId: number) =>
  (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(longId(orderId))

const shown = ({ clientOrderId, orderId, status, executedQty }: BoxOrder) => ({
  symbol: 'BTCUSDT',
  clientOrderId,
  orderId: written(orderId),
  status,
  executedQty,
})

const termsOf = (order: BoxOrder) => ({
  side: order.sign > 0 ? 'BUY' : 'SELL',
  type: 'LIMIT',
  timeInForce: order.isPostOnly ? 'GTX' : 'GTC',
  origQty: sizeOf(order),
  price: cents(order.cents),
  reduceOnly: order.isReducing,
})

function update(order: BoxOrder, trade: BoxOrder['trades'][number] | null) {
  const x = trade ? 'TRADE' : order.status
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: Date.now(),
    T: Date.now(),
    o: {
      s: 'BTCUSDT',
      S: order.sign > 0 ? 'BUY' : 'SELL',
      c: order.clientOrderId,
      x,
      X: order.status,
      i: written(order.orderId),
      l: trade?.qty ?? '0',
      z: order.executedQty,
      L: trade?.price ?? '0',
      ...(trade ? { n: trade.commission, N: trade.commissionAsset } : {}),
      T: Date.now(),
      t: trade?.id ?? 0,
      m: trade?.maker ?? false,
    },
  }
}
