import { crc32 } from 'node:zlib'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { applyDelta, emptyBook, type Level, loadBook, type OrderBook, topOf } from './order-book.ts'

/** A book that is not the one of which `md.depth` told; `sequence` is the last of the event that showed it. */
export type BookFault = {
  readonly instrument: string
  readonly sequence: number
  readonly checksum: number
  readonly found: number
}

const levels = 10

/** CRC-32 over the best ten levels of each side, `price:size,price:size|price:size`: bids and then asks, the best first, as they were told. [MD-N11] */
export function bookChecksum(book: OrderBook): number {
  const { bids, asks } = topOf(book, levels)
  return crc32(`${sideText(bids)}|${sideText(asks)}`)
}

/**
 * Takes a snapshot or a change into the books by instrument. Where the event says a checksum, and the book behind it has another one, the book is
 * forgotten until its next snapshot, and what is wrong with it is returned; null where nothing is.
 */
export function foldDepth(books: Map<string, OrderBook>, depth: PayloadOf<'md.depth'>): BookFault | null {
  const { instrument, kind, bids, asks, lastSequence, checksum } = depth
  const known = books.get(instrument)
  if (known === undefined && kind === 'delta') return null
  const book = known ?? emptyBook()
  if (kind === 'snapshot') loadBook(book, bids, asks)
  else applyDelta(book, bids, asks)
  const found = checksum === undefined ? undefined : bookChecksum(book)
  if (checksum === undefined || found === undefined || found === checksum) {
    if (known === undefined) books.set(instrument, book)
    return null
  }
  books.delete(instrument)
  return { instrument, sequence: lastSequence, checksum, found }
}

export const faultText = ({ instrument, sequence, checksum, found }: BookFault): string =>
  `the book of ${instrument} behind update ${sequence} has the checksum ${found}, where ${checksum} was told`

const sideText = (side: readonly Level[]): string => side.map(([price, size]) => `${price}:${size}`).join(',')
