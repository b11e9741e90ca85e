import type { Book } from './book.ts'
import { type Exposure, noExposure, type Weighed } from './book-exposure.ts'

/** Exposures of all books, added up and changed by difference, so that an order costs the same however many are at work. */
export type Sums = {
  readonly all: Exposure
  readonly byStrategy: Map<string, Exposure>
  readonly byInstrument: Map<string, Exposure>
  /** By underlying, shares that short calls on it may have to deliver. */
  readonly callsOn: Map<string, bigint>
  /** By underlying, options on it that there are books in. */
  readonly optionsOn: Map<string, Set<string>>
  /** Books whose value, or margin, nobody knows for want of a price. */
  readonly unpriced: Map<Book, Weighed>
  /** What has changed since the sums were settled: books, and prices of instruments. */
  readonly changed: Set<Book>
  readonly moved: Set<string>
}

export const noSums = (): Sums => ({
  all: noExposure(),
  byStrategy: new Map(),
  byInstrument: new Map(),
  callsOn: new Map(),
  optionsOn: new Map(),
  unpriced: new Map(),
  changed: new Set(),
  moved: new Set(),
})
