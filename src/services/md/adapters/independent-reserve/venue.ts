import { bestAsk, bestBid } from '#lib/book/order-book.ts'
import { emptyList, type OrderList, type RestingOrder, setOrder } from '#lib/book/order-list.ts'
import { LineFault } from '../line-fault.ts'
import type { Decoder, Sink, Venue } from '../normalize/decoder.ts'
import { type Frame, jsonObject, shown, text } from '../normalize/read-fields.ts'
import { tellGaps } from '../normalize/tell-gaps.ts'
import { parseNumbersAsText } from '../number-text.ts'
import { instrumentOf, type OrderFrame, orderFrameOf, priceIn, snapshotOf, tradeOf } from './frames.ts'

/** Independent Reserve: spot, order by order. One book of a coin serves all currencies. */
export const independentReserve: Venue = {
  name: 'independent-reserve',
  isNamed: (name) => /^independent[-_ ]?reserve$/.test(name),
  openDecoder,
}

type Followed = {
  readonly instrument: string
  readonly currency: string
  readonly list: OrderList
  top: string
  /** The time of its newest word: what is told once more after a snapshot is older. */
  newestAt: number
}
type Coin = {
  /** By currency, from the snapshot of that pair on. */
  readonly books: Map<string, Followed>
  /** The newest: they are told of a book that comes to be known. */
  frames: OrderFrame[]
  nonce: number | null
}

/** A snapshot is not so much older than its time says, microseconds; and no more frames are kept for one than these. */
const snapshotLag = 10_000_000
const framesMost = 50_000

function openDecoder(): Decoder {
  const coins = new Map<string, Coin>()
  const listed = new Set<string>()

  function coinNamed(name: string): Coin {
    const known = coins.get(name)
    if (known !== undefined) return known
    const coin: Coin = { books: new Map(), frames: [], nonce: null }
    coins.set(name, coin)
    return coin
  }

  function list(instrument: string, currency: string, sink: Sink): void {
    if (listed.has(instrument)) return
    listed.add(instrument)
    sink.listing({ instrument, kind: 'spot', currency: currency.toUpperCase() })
  }

  function readSnapshot(body: Frame, sink: Sink): void {
    const { pair, rows, isPriced, exchangeAt } = snapshotOf(body)
    if (!isPriced) sink.leaveOut('orders without a price in the currency')
    const [name, currency] = pair
    const coin = coinNamed(name)
    const instrument = instrumentOf(name, currency)
    const followed: Followed = { instrument, currency, list: emptyList(), top: '', newestAt: 0 }
    for (const { id, ...order } of rows) setOrder(followed.list, id, order)
    coin.books.set(currency, followed)
    list(instrument, currency, sink)
    const rowsOf = (side: RestingOrder['side']) =>
      rows.filter((row) => row.side === side).map(({ id, price, size }): [string, string, string] => [id, price, size])
    const payload = { kind: 'snapshot', instrument, bids: rowsOf('buy'), asks: rowsOf('sell'), exchangeAt } as const
    sink.say({ topic: 'md.order', payload })
    // A snapshot has no number: what came before it is told again, and what it holds already is known by its id.
    for (const frame of coin.frames) if (frame.exchangeAt >= exchangeAt - snapshotLag) change(followed, frame, sink)
    quote(followed, exchangeAt, sink)
  }

  function readOrder(frame: OrderFrame, sink: Sink): void {
    const coin = coinNamed(frame.coin)
    const { nonce } = coin
    if (nonce !== null && frame.nonce <= nonce) throw new LineFault(`the nonce is ${frame.nonce} after ${nonce}`)
    // All of it is read before the first of it is said.
    if (frame.kind === 'new') for (const { currency } of coin.books.values()) priceIn(frame.prices, currency)
    if (nonce !== null && frame.nonce > nonce + 1)
      for (const { instrument } of coin.books.values())
        tellGaps(sink.say).lost({ instrument, stream: 'orders' }, { from: nonce + 1, to: frame.nonce - 1 })
    coin.nonce = frame.nonce
    if (coin.frames.length === framesMost) coin.frames = coin.frames.slice(framesMost / 2)
    coin.frames.push(frame)
    for (const followed of coin.books.values()) {
      change(followed, frame, sink)
      quote(followed, frame.exchangeAt, sink)
    }
  }

  function readFrame(body: Frame, sink: Sink) {
    const event = text(body.Event, 'Event')
    if (event === 'Heartbeat' || event === 'Subscriptions' || event === 'Unsubscribe') return
    if (event === 'Error') return sink.trouble(shown(body.Data))
    const channel = text(body.Channel, 'Channel')
    if (channel.startsWith('orderbook-')) return readOrder(orderFrameOf(body, channel), sink)
    if (event !== 'Trade') throw new LineFault(`the event is ${shown(event)}`)
    const { pair, trade } = tradeOf(body)
    list(trade.instrument, pair[1], sink)
    sink.trade(trade, 'trades', null)
  }

  return {
    rule: { repeatsLast: false, isSnapshotInStream: false },
    read(record, sink) {
      if (record.kind === 'frame') readFrame(jsonObject(record.text, parseNumbersAsText), sink)
      // What a new connection says goes with new snapshots.
      else if (record.kind === 'opened') coins.clear()
      else if (record.kind === 'answer') {
        if (record.url.includes('GetAllOrders')) readSnapshot(jsonObject(record.text, parseNumbersAsText), sink)
        else sink.leaveOut('answers')
      }
    },
  }
}

/** What a frame changes in the book of one currency. */
function change({ instrument, currency, list }: Followed, frame: OrderFrame, sink: Sink) {
  const { id, exchangeAt, nonce } = frame
  const known = list.orders.get(id)
  const say = (kind: 'added' | 'executed' | 'changed' | 'removed', { side, price, size }: RestingOrder) =>
    sink.say({
      topic: 'md.order',
      payload: { kind, instrument, orderId: id, side, price, size, sequence: nonce, exchangeAt },
    })
  if (frame.kind === 'new') {
    const price = priceIn(frame.prices, currency)
    if (price === null) return sink.leaveOut('orders without a price in the currency')
    if (known !== undefined) return sink.leaveOut('new orders that are in the snapshot')
    const order = { side: frame.side, price, size: frame.size }
    setOrder(list, id, order)
    return say('added', order)
  }
  if (known === undefined) return sink.leaveOut('changes of orders that are no longer in the snapshot')
  const size = frame.kind === 'gone' ? '0' : frame.size
  setOrder(list, id, Number(size) === 0 ? null : { ...known, size })
  const isLess = Number(size) < Number(known.size)
  say(frame.kind === 'gone' ? 'removed' : isLess ? 'executed' : 'changed', { ...known, size })
}

/** The best prices, when they are others. */
function quote(followed: Followed, at: number, sink: Sink): void {
  const { instrument, list } = followed
  const [bid = null, bidSize = null] = bestBid(list.levels) ?? []
  const [ask = null, askSize = null] = bestAsk(list.levels) ?? []
  const top = `${bid} ${bidSize} ${ask} ${askSize}`
  if (top === followed.top) return
  followed.top = top
  followed.newestAt = Math.max(followed.newestAt, at)
  sink.quote({ kind: 'quote', instrument, bid, bidSize, ask, askSize, exchangeAt: followed.newestAt }, 'orders')
}
