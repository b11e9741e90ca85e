import type { Statement } from '#schemas/event.ts'

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
