import type { Statement } from '#schemas/event.ts'
import type { ReadReport } from './read-report.ts'

export type MarketTopic =
  | 'md.instrument'
  | 'md.tick'
  | 'md.depth'
  | 'md.bar'
  | 'md.option.tick'
  | 'md.option.chain.snapshot'
  | 'md.gap'
  | 'md.status'

/** What market data says at an instant, in microseconds UTC; it gets its place when it enters a log. */
export type MarketFact<T extends MarketTopic = MarketTopic> = Statement<T> & { readonly at: number }

/** One file, or one entry of a zip, that can be read again and again and says the same each time. Its facts never go back in time. */
export type MarketSource = {
  /** As messages name it. */
  readonly file: string
  /** No fact of it is earlier, in microseconds: it need not be opened before. */
  readonly notBefore: number
  facts(report: ReadReport): Iterable<MarketFact>
}
