import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type BoxTrigger,
  DeribitTriggers,
  isTriggerType,
  recordedTrigger,
  shownTrigger,
  type TriggerPrice,
} from './deribit-triggers.ts'
import { type BoxOrder, type BoxTrade, sizeOf, UsdmBook } from './usdm-book.ts'

type Key = { readonly apiKey: string; readonly secret: string }
type Params = Readonly<Record<string, unknown>>
type Endless = 'trades' | 'transactions' | 'triggers'
type Client = { isIn: boolean; readonly channels: Set<string> }
class Fault extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const perpetual = 'BTC_USDC-PERPETUAL'

export { perpetual as boxName }

const currency = 'USDC'

/** An exchange in a box: a linear contract of Deribit over its JSON-RPC, with its own book of orders, positions and cash. */
export async function deribitBox(key: Key, { expiresIn = 900, name: boxName = perpetual } = {}) {
  const listed = { ...terms, instrument_name: boxName }
  const shownTrade = shownTradeIn(boxName)
  /** The account's transaction log, and what everyone is told of the end. */
  const entries: Entry[] = []
  let isListed = true
  let end: { type: string; timestamp: number; mark_price: number; index_price: number } | null = null
  const clients = new Map<WebSocket, Client>()
  let [grants, trades] = [0, 0]
  let losing: 'asked' | 'answer' | 'late' | null = null
  let orderLateMs = 0
  let editLateMs = 0
  /** Which of its records has pages without end: the first two name each other, trades ever new ones. */
  let endless: Endless | null = null
  const nextPage = (what: Endless, from: number, isMore: boolean): number | null =>
    isMore || endless === what ? (from + 2) % (endless === what ? 4 : Number.POSITIVE_INFINITY) : null
  /** Ended orders that are only in the history, as after half an hour. */
  const old = new Set<number | string>()
  const publish = (channel: string, body: unknown) => {
    const frame = JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data: body } })
    for (const [socket, { channels }] of clients) if (channels.has(channel)) socket.send(frame)
  }
  const book = new UsdmBook((order, trade) => {
    if (trade) publish('user.trades.any.any.raw', [shownTrade(order, trade)])
    publish('user.orders.any.any.raw', shown(order))
  })
  const triggers = new DeribitTriggers(book, (trigger) =>
    publish('user.orders.any.any.raw', shownTrigger(trigger, boxName)),
  )
  const shown = (order: BoxOrder) => shownIn(boxName, order, triggers.of(order))
  const triggerById = (id: unknown) => triggers.all.find((trigger) => trigger.id === id && !old.has(trigger.id))
  const byId = (id: unknown) => {
    const order = book.orders.find(({ orderId }) => `USDC-${orderId}` === id)
    if (order === undefined || old.has(order.orderId)) throw new Fault(10_004, 'order_not_found')
    return order
  }
  const subscribe = (client: Client, names: unknown) => {
    for (const name of names as string[]) if (client.isIn || !name.startsWith('user.')) client.channels.add(name)
    return [...client.channels]
  }
  const answer = (client: Client, method: string, params: Params): unknown => {
    if (method.startsWith('private/') && !client.isIn) throw new Fault(13_009, 'unauthorized')
    switch (method) {
      case 'public/auth':
        if (params.client_id !== key.apiKey || params.client_secret !== key.secret)
          throw new Fault(13_004, 'invalid_credentials')
        grants++
        client.isIn = true
        return { access_token: 'token', expires_in: expiresIn, token_type: 'bearer' }
      case 'public/set_heartbeat':
      case 'public/test':
        return 'ok'
      case 'public/get_time':
        return Date.now()
      case 'public/subscribe':
      case 'private/subscribe':
        return subscribe(client, params.channels)
      case 'public/get_instrument':
        if (params.instrument_name !== boxName || !isListed) throw new Fault(13_020, 'not_found')
        return listed
      case 'private/buy':
      case 'private/sell': {
        if (params.instrument_name !== boxName) throw new Fault(10_020, 'invalid_or_unsupported_instrument')
        if (Number(params.valid_until) < Date.now()) throw new Fault(13_888, 'timed_out')
        if (isTriggerType(params.type)) {
          const placed = triggers.place(method === 'private/buy' ? 1 : -1, params)
          if (!('id' in placed)) throw new Fault(...placed)
          return { order: shownTrigger(placed, boxName), trades: [] }
        }
        const placed = book.place(termsOf(method, params), { mayRepeat: true })
        if ('code' in placed) throw faultOf(placed)
        return { order: shown(placed), trades: placed.trades.map((trade) => shownTrade(placed, trade)) }
      }
      case 'private/cancel': {
        const trigger = triggerById(params.order_id)
        if (trigger) {
          if (trigger.state !== 'untriggered') throw new Fault(11_044, 'not_open_order')
          // As it was: so the exchange's own example answers.
          const before = shownTrigger(trigger, boxName)
          triggers.cancel(trigger)
          return before
        }
        const order = byId(params.order_id)
        if (!isOpen(order)) throw new Fault(11_044, 'not_open_order')
        book.end(order, 'CANCELED')
        return shown(order)
      }
      case 'private/edit': {
        if (params.valid_until !== undefined && Number(params.valid_until) < Date.now())
          throw new Fault(13_888, 'timed_out')
        const trigger = triggerById(params.order_id)
        if (trigger) {
          if (trigger.state !== 'untriggered') throw new Fault(11_044, 'not_open_order')
          const fault = triggers.edit(trigger, params)
          if (fault) throw new Fault(...fault)
          return { order: shownTrigger(trigger, boxName), trades: [] }
        }
        const order = byId(params.order_id)
        if (!isOpen(order)) throw new Fault(11_044, 'not_open_order')
        // What an edit does not state it takes away.
        order.isPostOnly = params.post_only === true
        order.isReducing = params.reduce_only === true
        const asked = Math.round(Number(params.amount) * 1_000)
        if (asked !== book.asked(order)) book.resize(order, asked)
        const refused = book.move(order, Math.round(Number(params.price) * 100))
        if (refused) throw faultOf(refused)
        return { order: shown(order), trades: [] }
      }
      case 'private/get_order_state': {
        const trigger = triggerById(params.order_id)
        return trigger ? shownTrigger(trigger, boxName) : shown(byId(params.order_id))
      }
      case 'private/get_order_state_by_label': {
        if (params.currency !== currency) return []
        const orders = book.orders.filter(
          ({ orderId, clientOrderId }) => clientOrderId === params.label && !old.has(orderId),
        )
        const waiting = triggers.all.filter(({ id, label }) => label === params.label && !old.has(id))
        return [...waiting.map((trigger) => shownTrigger(trigger, boxName)), ...orders.map(shown)]
      }
      case 'private/get_trigger_order_history': {
        const from = Number(params.continuation ?? 0)
        const over = triggers.all.filter(({ state }) => state !== 'untriggered').reverse()
        const entries = over.slice(from, from + 2).map((trigger) => recordedTrigger(trigger, boxName))
        // It never gives more than two at once.
        const continuation = nextPage('triggers', from, over.length > from + 2)
        return { entries, continuation: continuation === null ? null : String(continuation) }
      }
      case 'private/get_order_history_by_instrument':
        return book.orders
          .filter((order) => !isOpen(order) && params.instrument_name === boxName)
          .reverse()
          .slice(Number(params.offset ?? 0), Number(params.offset ?? 0) + Number(params.count ?? 20))
          .map(shown)
      case 'private/get_transaction_log': {
        const from = Number(params.continuation ?? 0)
        const paid = book.payments.map(({ id, amount, at: timestamp }) => {
          const interest_pl = Number(amount)
          return { id, timestamp, currency, type: 'settlement', instrument_name: boxName, interest_pl }
        })
        const asked = [...paid, ...entries].filter(
          (entry) =>
            entry.currency === params.currency &&
            entry.timestamp >= Number(params.start_timestamp) &&
            entry.timestamp <= Number(params.end_timestamp) &&
            (params.query === undefined || entry.type === params.query),
        )
        // It never gives more than two at once.
        return {
          logs: asked.slice(from, from + 2),
          continuation: nextPage('transactions', from, asked.length > from + 2),
        }
      }
      case 'public/get_last_settlements_by_instrument':
        return { settlements: params.instrument_name === boxName && end !== null ? [end] : [], continuation: 'none' }
      case 'private/get_user_trades_by_order': {
        const order = book.orders.find(({ orderId }) => `USDC-${orderId}` === params.order_id)
        const all = (order?.trades ?? []).map((trade) => shownTrade(order as BoxOrder, trade))
        return order !== undefined && old.has(order.orderId) !== params.historical ? [] : all
      }
      case 'private/get_user_trades_by_currency_and_time': {
        if (params.currency !== currency || params.sorting !== 'asc') return { trades: [], has_more: false }
        const all = book.orders
          .filter(({ orderId }) => old.has(orderId) === params.historical)
          .flatMap((order) => order.trades.map((trade) => shownTrade(order, trade)))
          .filter(
            ({ timestamp }) => timestamp >= Number(params.start_timestamp) && timestamp <= Number(params.end_timestamp),
          )
          .sort((a, b) => a.timestamp - b.timestamp)
        // It never gives more than twenty at once.
        const most = Math.min(Number(params.count), 20)
        return { trades: all.slice(0, most), has_more: endless === 'trades' || all.length > most }
      }
      case 'private/get_open_orders':
        return [
          ...triggers.all.filter(isWaiting).map((trigger) => shownTrigger(trigger, boxName)),
          ...book.orders.filter(isOpen).map(shown),
        ]
      case 'private/get_positions': {
        const size = Number(book.position)
        if (!isListed) return []
        return [{ instrument_name: boxName, size, direction: size < 0 ? 'sell' : size > 0 ? 'buy' : 'zero' }]
      }
      default:
        throw new Fault(-32_601, `Method not found: ${method}`)
    }
  }
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(url.startsWith('/api/v2/public/get_instruments') ? 200 : 404)
    response.end(JSON.stringify({ jsonrpc: '2.0', result: [listed] }))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    const client: Client = { isIn: false, channels: new Set() }
    clients.set(socket, client)
    socket.on('close', () => clients.delete(socket))
    socket.on('message', (bytes) => {
      const { id, method, params = {} } = JSON.parse(String(bytes)) as { id: number; method: string; params?: Params }
      if (method === 'private/edit' && editLateMs > 0) {
        const [lateMs, late] = [editLateMs, params]
        editLateMs = 0
        return void setTimeout(() => refusing(() => answer(client, method, late)), lateMs)
      }
      const isOrder = method === 'private/buy' || method === 'private/sell'
      const loses = isOrder ? losing : null
      if (loses !== null) losing = null
      if (loses === 'asked') return
      if (loses === 'late') return void setTimeout(() => refusing(() => answer(client, method, params)), orderLateMs)
      try {
        const result = answer(client, method, params)
        if (loses !== 'answer') socket.send(JSON.stringify({ jsonrpc: '2.0', id, result, testnet: true }))
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: error.code, message: error.message } }))
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => {
    for (const socket of clients.keys()) socket.terminate()
  }
  return {
    restUrl: `http://${at}`,
    wsUrl: `ws://${at}/ws/api/v2`,
    book,
    triggers,
    /** The account's orders, each once: of a trigger order what it became. */
    orders: () => [
      ...book.orders.filter((order) => !triggers.of(order)),
      ...triggers.all.map((trigger, n) => ({
        orderId: -1 - n,
        clientOrderId: trigger.label,
        status: trigger.state === 'untriggered' ? 'NEW' : 'CANCELED',
        executedQty: '0',
        trades: [],
        ...triggers.became(trigger),
      })),
    ],
    /** One of the prices that trigger orders wait for, in cents. */
    price: (by: TriggerPrice, cents: number) => triggers.see({ [by]: cents }),
    /** Prices in cents, sizes in thousandths; mark and index are between them. */
    quote: (bid: number, ask: number, bidSize: number, askSize: number) => {
      book.quote(bid, ask, bidSize, askSize)
      const best = { best_bid_price: bid / 100, best_bid_amount: bidSize / 1_000 }
      const top = { ...best, best_ask_price: ask / 100, best_ask_amount: askSize / 1_000 }
      publish(`ticker.${boxName}.100ms`, { ...top, instrument_name: boxName, timestamp: Date.now(), state: 'open' })
      const middle = (bid + ask) / 2
      triggers.see({ mark_price: middle, index_price: middle })
    },
    trade: (price: number, size: number, isSale: boolean) => {
      const id = { trade_seq: ++trades, trade_id: `USDC-${trades}`, instrument_name: boxName, timestamp: Date.now() }
      const direction = isSale ? 'sell' : 'buy'
      publish(`trades.${boxName}.100ms`, [{ ...id, price: price / 100, amount: size / 1_000, direction }])
      triggers.see({ last_price: price })
    },
    /** Of the next order the request or its answer never arrives; or it arrives so much later, and its answer never. */
    lose: (what: 'asked' | 'answer' | 'late', lateMs = 0) => {
      losing = what
      orderLateMs = lateMs
    },
    setEndless: (what: Endless | null) => {
      endless = what
    },
    /** The next change of an order arrives so much later, and its answer never. */
    lateEdit: (ms: number) => {
      editLateMs = ms
    },
    /** What has ended is in the history alone. */
    age: () => {
      for (const order of book.orders) if (!isOpen(order)) old.add(order.orderId)
      for (const trigger of triggers.all) if (!isWaiting(trigger)) old.add(trigger.id)
    },
    /** The contract ends at this worth, for this commission: the position is gone, and what is told of it is in the log of transactions, behind that of others. */
    deliver: (worth: number, index: number, commission: number) => {
      const at = Date.parse(`${/-(\d+)([A-Z]{3})(\d+)/.exec(boxName)?.slice(1, 4).join(' ')} 08:00 UTC`) + 4_000
      const size = Number(book.position)
      for (const other of ['A', 'B', 'C'])
        entries.push({ ...blank, id: entries.length + 1, timestamp: at, instrument_name: `${other}-${boxName}` })
      const paid = { amount: Math.abs(size), price: worth, cashflow: size * worth, commission, index_price: index }
      if (size !== 0)
        entries.push({ ...blank, ...paid, id: entries.length + 1, timestamp: at, instrument_name: boxName })
      end = { type: 'delivery', timestamp: at, mark_price: worth, index_price: index }
      isListed = false
      for (const order of book.orders) if (isOpen(order)) book.end(order, 'CANCELED')
      for (const trigger of triggers.all) if (isWaiting(trigger)) triggers.cancel(trigger)
      book.setPosition(0)
    },
    ask: (type: string) => {
      for (const socket of clients.keys()) socket.send(JSON.stringify({ method: 'heartbeat', params: { type } }))
    },
    counts: () => ({ grants, clients: clients.size }),
    cut,
    /** Its key was edited: the connections stay, and are not let in any more. */
    logOut: () => {
      for (const client of clients.values()) {
        client.isIn = false
        client.channels.clear()
      }
    },
    close: async () => {
      cut()
      sockets.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

type Entry = typeof blank & { readonly id: number; readonly timestamp: number; readonly instrument_name: string }
const blank = { type: 'delivery', currency, amount: 1, price: 1, cashflow: 1, commission: 0, index_price: 1 }

const terms = {
  kind: 'future',
  settlement_period: 'perpetual',
  base_currency: 'BTC',
  quote_currency: currency,
  settlement_currency: currency,
  tick_size: 0.01,
  min_trade_amount: 0.001,
  contract_size: 0.001,
}

function refusing(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

const isOpen = ({ status }: BoxOrder) => status === 'NEW' || status === 'PARTIALLY_FILLED'
const isWaiting = ({ state }: BoxTrigger) => state === 'untriggered'
const states: Readonly<Record<string, string>> = { FILLED: 'filled', CANCELED: 'cancelled', EXPIRED: 'cancelled' }

/** By the code that the book refuses with. */
const codes: Readonly<Record<number, number>> = {
  [-1111]: 10_021,
  [-2019]: 10_009,
  [-5022]: 11_054,
}

const faultOf = ({ code, msg }: { code: number; msg: string }) => new Fault(codes[code] ?? 11_030, msg)

const termsOf = (method: string, params: Params) => ({
  newClientOrderId: String(params.label),
  side: method === 'private/buy' ? 'BUY' : 'SELL',
  type: String(params.type).toUpperCase(),
  quantity: String(params.amount),
  price: String(params.price),
  timeInForce: params.post_only ? 'GTX' : params.time_in_force === 'immediate_or_cancel' ? 'IOC' : 'GTC',
  reduceOnly: String(params.reduce_only ?? false),
})

const shownIn = (boxName: string, order: BoxOrder, trigger: BoxTrigger | undefined) => ({
  order_id: `USDC-${order.orderId}`,
  label: order.clientOrderId,
  instrument_name: boxName,
  order_state: states[order.status] ?? 'open',
  filled_amount: Number(order.executedQty),
  price: order.cents / 100,
  direction: order.sign > 0 ? 'buy' : 'sell',
  order_type: trigger?.limit === null ? 'market' : 'limit',
  amount: Number(sizeOf(order)),
  post_only: order.isPostOnly,
  reduce_only: order.isReducing,
  ...(trigger
    ? { trigger_order_id: trigger.id, triggered: true, trigger: trigger.by, trigger_price: trigger.price / 100 }
    : {}),
})

const shownTradeIn =
  (boxName: string) =>
  (order: BoxOrder, { id, price, qty, commission, time, maker }: BoxTrade) => ({
    trade_id: `USDC-${id}`,
    order_id: `USDC-${order.orderId}`,
    label: order.clientOrderId,
    instrument_name: boxName,
    direction: order.sign > 0 ? 'buy' : 'sell',
    price: Number(price),
    amount: Number(qty),
    fee: Number(commission),
    fee_currency: currency,
    liquidity: maker ? 'M' : 'T',
    timestamp: time,
  })
