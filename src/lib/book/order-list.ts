import { addExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { negateExact, zero } from '#lib/domain/signed-decimal.ts'
import { applyDelta, emptyBook, type OrderBook } from './order-book.ts'

/** An order of somebody, as its exchange tells of it. Text is what was sent. */
export type RestingOrder = { readonly side: 'buy' | 'sell'; readonly price: string; readonly size: string }

/** All orders of a book by their ids, and the levels that they make: at each price the exact sum of their sizes. */
export type OrderList = {
  readonly orders: Map<string, RestingOrder>
  readonly levels: OrderBook
  readonly sums: Map<string, ExactDecimal>
}

export const emptyList = (): OrderList => ({ orders: new Map(), levels: emptyBook(), sums: new Map() })

/** Puts an order in, or in the place of what it was; null takes it out. */
export function setOrder(list: OrderList, id: string, order: RestingOrder | null): void {
  const before = list.orders.get(id)
  if (before !== undefined) addTo(list, before, negateExact(parseExact(before.size)))
  if (order === null) {
    list.orders.delete(id)
    return
  }
  list.orders.set(id, order)
  addTo(list, order, parseExact(order.size))
}

function addTo({ levels, sums }: OrderList, { side, price }: RestingOrder, size: ExactDecimal): void {
  // Prices come as exchanges write them: 100.10 and 100.1 are one.
  const key = `${side} ${Number(price)}`
  const sum = addExact(sums.get(key) ?? zero, size)
  if (sum.units === 0n) sums.delete(key)
  else sums.set(key, sum)
  const level = [[price, formatExact(sum)]] as const
  if (side === 'buy') applyDelta(levels, level, [])
  else applyDelta(levels, [], level)
}
