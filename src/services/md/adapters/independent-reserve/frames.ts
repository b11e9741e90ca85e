import { isZero } from '#lib/book/order-book.ts'
import { aboveZero } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { Trade } from '../normalize/decoder.ts'
import {
  type Frame,
  isObject,
  listOf,
  microsOfMs,
  numberPrice,
  numberQuantity,
  objectOf,
  shown,
  text,
  whole,
} from '../normalize/read-fields.ts'
import { year2200Ms } from '../year-2200.ts'

// Frames come with their numbers as text: exactly the digits that were sent.

export type Side = 'buy' | 'sell'
/** One row of a snapshot. */
export type Row = { readonly id: string; readonly side: Side; readonly price: string; readonly size: string }

/** What a frame says of an order: that it is new, at a price in each currency, what is left of it, or that it is gone. */
export type OrderFrame = {
  readonly coin: string
  readonly nonce: number
  readonly exchangeAt: number
  readonly id: string
} & (
  | { readonly kind: 'new'; readonly side: Side; readonly prices: Frame; readonly size: string }
  | { readonly kind: 'left'; readonly size: string }
  | { readonly kind: 'gone' }
)

/** A frame of `orderbook-<coin>`: one book for all currencies. */
export function orderFrameOf(body: Frame, channel: string): OrderFrame {
  const event = text(body.Event, 'Event')
  const told = objectOf(body, 'Data')
  const common = {
    coin: coinOf(channel.slice('orderbook-'.length)),
    nonce: whole(body.Nonce, 'Nonce'),
    exchangeAt: microsOfMs(body.Time, 'Time'),
    id: idOf(told.OrderGuid, 'OrderGuid'),
  }
  if (event === 'OrderCanceled') return { ...common, kind: 'gone' }
  const size = numberQuantity(told.Volume, 'Volume')
  if (event === 'OrderChanged') return { ...common, kind: 'left', size }
  if (event !== 'NewOrder') throw new LineFault(`the event is ${shown(event)}`)
  const prices = objectOf(told, 'Price')
  return { ...common, kind: 'new', side: sideOf(told.OrderType), prices, size: aboveZero(size, 'Volume') }
}

/** A trade of `ticker-<coin>-<currency>`; its side is that of who took. */
export function tradeOf(body: Frame): { readonly pair: readonly [string, string]; readonly trade: Trade } {
  const told = objectOf(body, 'Data')
  const pair = text(told.Pair, 'Pair')
  const [coin = '', currency = ''] = pair.split('-')
  const side = told.Side
  if (side !== 'Buy' && side !== 'Sell') throw new LineFault(`Side is ${shown(side)}`)
  const named = [coinOf(coin), coinOf(currency)] as const
  return {
    pair: named,
    trade: {
      kind: 'trade',
      instrument: instrumentOf(...named),
      price: aboveZero(numberPrice(told.Price, 'Price'), 'Price'),
      size: aboveZero(numberQuantity(told.Volume, 'Volume'), 'Volume'),
      aggressor: side === 'Buy' ? 'buy' : 'sell',
      tradeId: idOf(told.TradeGuid, 'TradeGuid'),
      exchangeAt: microsOfMs(body.Time, 'Time'),
    },
  }
}

/** An answer of GetAllOrders: every order, the best price first, and of one price who was first. */
export function snapshotOf(body: Frame): {
  readonly pair: readonly [string, string]
  readonly rows: readonly Row[]
  /** None is left out. */
  readonly isPriced: boolean
  readonly exchangeAt: number
} {
  const all = (['BuyOrders', 'SellOrders'] as const).flatMap((field) =>
    listOf(body, field).map((row): Row => {
      if (!isObject(row)) throw new LineFault(`${field} has ${shown(row)}, expected an order`)
      return {
        id: idOf(row.Guid, 'Guid'),
        side: field === 'BuyOrders' ? 'buy' : 'sell',
        price: numberPrice(row.Price, 'Price'),
        size: numberQuantity(row.Volume, 'Volume'),
      }
    }),
  )
  // Of what has too small a price in the currency it is 0.
  const rows = all.filter(({ price }) => !isZero(price))
  for (const { price } of rows) aboveZero(price, 'Price')
  const ms = Date.parse(text(body.CreatedTimestampUtc, 'CreatedTimestampUtc'))
  if (!(ms >= 0 && ms < year2200Ms)) throw new LineFault(`CreatedTimestampUtc is ${shown(body.CreatedTimestampUtc)}`)
  const pair = [
    coinOf(text(body.PrimaryCurrencyCode, 'PrimaryCurrencyCode').toLowerCase()),
    coinOf(text(body.SecondaryCurrencyCode, 'SecondaryCurrencyCode').toLowerCase()),
  ] as const
  return { pair, rows, isPriced: rows.length === all.length, exchangeAt: ms * 1_000 }
}

/** `ETH-AUD.INDEPENDENTRESERVE` */
export const instrumentOf = (coin: string, currency: string): string =>
  `${coin.toUpperCase()}-${currency.toUpperCase()}.INDEPENDENTRESERVE`

/** The price of a new order in a currency, exactly as it was sent; null where it has none: 0 is what of a coin's book has too small a price in it. */
export function priceIn(prices: Frame, currency: string): string | null {
  const price = prices[currency]
  if (price === undefined || price === null) return null
  const told = numberPrice(price, 'Price')
  return isZero(told) ? null : aboveZero(told, 'Price')
}

function coinOf(name: string): string {
  if (/^[a-z0-9]{2,12}$/.test(name)) return name
  throw new LineFault(`the currency is ${shown(name)}`)
}

function idOf(value: unknown, field: string): string {
  const id = text(value, field)
  if (/^[0-9a-f-]{1,64}$/i.test(id)) return id
  throw new LineFault(`${field} is ${shown(id)}`)
}

function sideOf(type: unknown): Side {
  if (type === 'LimitBid') return 'buy'
  if (type === 'LimitOffer') return 'sell'
  throw new LineFault(`OrderType is ${shown(type)}`)
}
