import type { MarketFact } from '#lib/market/market-fact.ts'
import type { ReadReport } from './read-report.ts'

/** One file, or one entry of a zip, that can be read again and again and says the same each time. Its facts never go back in time. */
export type MarketSource = {
  /** As messages name it. */
  readonly file: string
  /** No fact of it is earlier, in microseconds: it need not be opened before. */
  readonly notBefore: number
  facts(report: ReadReport): Iterable<MarketFact>
}
