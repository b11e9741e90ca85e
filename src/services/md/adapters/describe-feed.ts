import { createHash } from 'node:crypto'
import { UserError } from '#lib/terminal/user-error.ts'
import { readManifest } from './data-set-manifest.ts'
import { dataSetFeed } from './dataset-feed.ts'
import { type FeedConfig, playedFrom } from './feed-config.ts'

/** What the facts of a feed are a function of; where and how fast it is read is no part of it. Times are microseconds UTC. */
export type FeedIdentity = {
  readonly kind: FeedConfig['kind']
  /** SHA-256: of a data set's contents, of what a seeded market is made from. */
  readonly contentHash: string
  readonly from: number | null
  readonly to: number | null
  readonly instruments: readonly string[] | null
  readonly isSimulated: boolean
  /** The time of the first fact; null when that is the time of its start, as in a live feed. */
  readonly firstAt: number | null
}

/** Throws a UserError where there is no such data, or none in that range. */
export function describeFeed(feed: FeedConfig): FeedIdentity {
  switch (feed.kind) {
    case 'data-set': {
      const { path, from = null, to = null, instruments = null } = feed
      const { contentHash, isSimulated } = readManifest(path)
      const [started] = dataSetFeed(path, { from: feed.from, to: feed.to, instruments: feed.instruments })
      if (started === undefined || started.at === 0)
        throw new UserError('there is no market data in that range', { file: path, hint: 'see: trader md stat' })
      return { kind: feed.kind, contentHash, from, to, instruments, isSimulated, firstAt: started.at }
    }
    case 'seeded': {
      const { seed, eventsPerSecond, until = null } = feed
      const firstAt = playedFrom(feed)
      const madeFrom = JSON.stringify({ seed, eventsPerSecond, startAt: firstAt })
      const contentHash = createHash('sha256').update(madeFrom).digest('hex')
      return { kind: feed.kind, contentHash, from: firstAt, to: until, instruments: null, isSimulated: true, firstAt }
    }
    case 'exchange':
      throw new UserError(`${feed.venue} says what is now: there is nothing to run again`, {
        hint: 'record it with trader md record, or take a data set or the seeded market',
      })
  }
}
