import { type OrderBook, sizeAt } from '#lib/book/order-book.ts'
import type { Displayed, Sides } from './standing-quote.ts'
import type { WorkingOrder } from './working-order.ts'

/** What our own orders have taken of what a level shows, until it is shown anew. Plain JSON. */
export type TakenLevel = { readonly side: 'bid' | 'ask'; readonly price: number; lots: number }

/** The side that an order trades against. */
export const sideTaken = (side: WorkingOrder['side']): TakenLevel['side'] => (side === 'buy' ? 'ask' : 'bid')

// Prices come as exchanges write them: 100.10 and 100.1 are one.
const levelOf = (taken: TakenLevel[], side: TakenLevel['side'], price: string) =>
  taken.find((level) => level.side === side && level.price === Number(price))

export const takenAt = ({ taken }: Displayed, side: TakenLevel['side'], price: string): number =>
  levelOf(taken, side, price)?.lots ?? 0

/** Counts what an order took of a level: the touch, or one behind it. */
export function takeFrom({ taken }: Displayed, side: TakenLevel['side'], price: string, lots: number): void {
  const level = levelOf(taken, side, price)
  if (level) level.lots += lots
  else if (lots > 0) taken.push({ side, price: Number(price), lots })
}

/**
 * After a quote: what was better than its side is gone, what is worse is there as long as the book has it, and the touch is shown anew with a
 * size that neither the quote before it nor the book showed of it. [V16]
 */
export function renewByQuote(standing: Displayed, quote: Sides, book: OrderBook | undefined): void {
  if (standing.taken.length === 0) return
  standing.taken = standing.taken.filter(({ side, price }) => {
    const touch = quote[side]
    if (touch === null) return false
    const inBook = book ? sizeOf(sizeAt(book, side, String(price))) : null
    const beyond = side === 'ask' ? price - Number(touch) : Number(touch) - price
    if (beyond !== 0) return beyond > 0 && inBook !== null
    const size = sizeOf(quote[`${side}Size`])
    return size === inBook || (isTouch(standing, side, price) && size === sizeOf(standing[`${side}Size`]))
  })
}

/** After a change of the book: a level is shown anew with a size that neither the book before nor the quote that stands there shows of it. [V16] */
export function renewByBook(standing: Displayed, before: readonly (string | null)[], book: OrderBook): void {
  standing.taken = standing.taken.filter(({ side, price }, i) => {
    const size = sizeOf(sizeAt(book, side, String(price)))
    if (size === sizeOf(before[i] ?? null)) return true
    // That it is gone is for the quote to say, which shows it still.
    return isTouch(standing, side, price) && (size === null || size === sizeOf(standing[`${side}Size`]))
  })
}

const isTouch = (quote: Sides, side: TakenLevel['side'], price: number): boolean =>
  quote[side] !== null && Number(quote[side]) === price

const sizeOf = (size: string | null): number | null => (size === null ? null : Number(size))
