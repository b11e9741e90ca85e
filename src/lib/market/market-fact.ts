import type { Statement } from '#schemas/event.ts'

export type MarketTopic =
  | 'md.instrument'
  | 'md.tick'
  | 'md.depth'
  | 'md.order'
  | 'md.bar'
  | 'md.option.tick'
  | 'md.option.chain.snapshot'
  | 'md.funding'
  | 'md.split'
  | 'md.gap'
  | 'md.status'

/** What market data says at an instant, in microseconds UTC; it gets its place when it enters a log. */
export type MarketFact<T extends MarketTopic = MarketTopic> = Statement<T> & { readonly at: number }

/** What a fact is of; null for a chain and for a status, which is that of its feed. */
export function instrumentOfFact({ topic, payload }: MarketFact): string | null {
  return topic !== 'md.status' && 'instrument' in payload && payload.instrument !== undefined
    ? payload.instrument
    : null
}
