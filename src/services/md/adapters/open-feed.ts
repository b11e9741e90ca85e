import { UserError } from '#lib/terminal/user-error.ts'
import { forwardMicros } from '#lib/time/forward-clock.ts'
import type { Fact } from '#schemas/event.ts'
import { type FeedConfig, playedFrom } from './feed-config.ts'
import type { TellAgain } from './live/newest-numbers.ts'
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
  /** The newest of what is in the log. */
  readonly tellAgain?: TellAgain
}

/**
 * A feed's facts in batches, each when its time has come. A data set, and a seeded market with a start or a speed, go on behind the mark
 * (epoch 1, n is the position); the live seeded market and an exchange
 * begin anew at every start, in the epoch after the mark's. Throws a UserError where
 * there is no such data, or the log is of another feed.
 */
export async function openFeed(
  feed: FeedConfig,
  { mark, now, signal, tellAgain }: FeedStart,
): Promise<AsyncGenerator<readonly Fact[]>> {
  switch (feed.kind) {
    case 'data-set': {
      const { path, speed, ...selection } = feed
      const { dataSetFeed } = await import('./dataset-feed.ts')
      return pacedFacts(dataSetFeed(path, { ...selection, startAtN: nextOfRecording(mark) }), { speed, signal })
    }
    case 'seeded': {
      const { seed, eventsPerSecond, until, speed = 1 } = feed
      const market = { seed, eventsPerSecond, until }
      const startAt = playedFrom(feed)
      const facts =
        startAt === null
          ? seededMarket({ ...market, startAt: now, epoch: mark === null ? 1 : mark.epoch + 1 })
          : seededMarket({ ...market, startAt, startAtN: nextOfRecording(mark) })
      return pacedFacts(facts, { speed, signal })
    }
    case 'exchange': {
      const [{ liveFeed }, { liveVenueNamed }, { keepRaw }] = await Promise.all([
        import('./live/live-feed.ts'),
        import('./venues.ts'),
        import('./raw/raw-keeper.ts'),
      ])
      const { venue, market } = liveVenueNamed(feed.venue)
      const { symbols, streams, wsUrl, restUrl, stallMs } = feed
      const wish = { market, symbols, streams, wsUrl, restUrl }
      const epoch = mark === null ? 1 : mark.epoch + 1
      const raw = feed.raw === undefined ? null : keepRaw(feed.raw)
      const clock = forwardMicros()
      const before = mark === null ? undefined : tellAgain
      const facts = liveFeed({ venue, wish, epoch, clock, signal, stallMs, onRecord: raw?.take, tellAgain: before })
      return raw === null ? facts : closing(facts, raw.close)
    }
  }
}

/** What is told at the very end is kept too. */
async function* closing<T>(batches: AsyncIterable<T>, close: () => Promise<void>): AsyncGenerator<T> {
  try {
    yield* batches
  } finally {
    await close()
  }
}

/** A recording has one epoch: in a log with a later one its facts would pass for repeated ones, and be dropped. */
function nextOfRecording(mark: FeedStart['mark']): number {
  if (mark === null) return 0
  if (mark.epoch === 1) return mark.n + 1
  throw new UserError(`the log of this run is that of a live feed, which has started ${mark.epoch} times`, {
    hint: 'give the run another name',
  })
}
