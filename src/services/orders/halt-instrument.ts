import type { OrderBook } from './order-book.ts'

/** From the first report that cannot be true until somebody resumes. [O12] */
export function haltInstrument({ haltedInstruments }: OrderBook, instrument: string, seq: number): void {
  if (!haltedInstruments.has(instrument)) haltedInstruments.set(instrument, seq)
}
