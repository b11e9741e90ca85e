import type { Fact } from '#schemas/event.ts'
import { dataSetFeed } from './dataset-feed.ts'
import type { FeedConfig } from './feed-config.ts'
import { pacedFacts } from './paced-facts.ts'
import { seededMarket } from './seeded-market.ts'

/** What a feed's facts are said as. */
export const feedSource = 'md-feed'

export type FeedStart = {
  /** The feed's newest fact in the log; null on a fresh one. */
  readonly mark: { readonly epoch: number; readonly n: number } | null
  /** The wall clock, microseconds UTC. */
  readonly now: number
  readonly signal?: AbortSignal
}

/**
 * A feed's facts in batches, each when its time has come. A data set goes on behind the mark (epoch 1, n is the position); the seeded
 * market is live: it begins anew at every start, in the epoch after the mark's.
 */
export function openFeed(feed: FeedConfig, { mark, now, signal }: FeedStart): AsyncGenerator<readonly Fact[]> {
  switch (feed.kind) {
    case 'data-set': {
      const { path, speed, ...selection } = feed
      return pacedFacts(dataSetFeed(path, { ...selection, startAtN: mark === null ? 0 : mark.n + 1 }), {
        speed,
        signal,
      })
    }
    case 'seeded': {
      const epoch = mark === null ? 1 : mark.epoch + 1
      return pacedFacts(inEpoch(epoch, seededMarket({ ...feed, startAt: now })), { speed: 1, signal })
    }
  }
}

function* inEpoch(epoch: number, facts: Iterable<Fact>): Generator<Fact> {
  for (const fact of facts) yield { ...fact, epoch }
}
