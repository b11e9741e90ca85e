import type { MarketFact, MarketTopic } from '#lib/market/market-fact.ts'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { type RequestBudget, startBudget } from '#lib/time/request-budget.ts'
import type { Fact } from '#schemas/event.ts'
import { type FeedStatus, feedStatus } from '../feed-status.ts'
import type { RawRecord } from '../raw/raw-record.ts'
import { holdReading } from './hold-reading.ts'
import type { LibraryVenue } from './library-venue.ts'
import type { LiveVenue, LiveWish } from './live-venue.ts'
import { newestNumbers, type TellAgain } from './newest-numbers.ts'
import { runLibrary } from './run-library.ts'
import type { RunningSession } from './run-session.ts'
import { runSessions } from './run-sessions.ts'

export type LiveFeedOptions = {
  readonly venue: LiveVenue | LibraryVenue
  readonly wish: LiveWish
  readonly epoch: number
  /** Microseconds UTC; never goes back. */
  readonly clock: () => number
  readonly signal?: AbortSignal
  readonly stallMs?: number
  readonly listingsMs?: number
  readonly nothingMs?: number
  /** Where so many facts wait to be taken, nothing more is read from the venue. */
  readonly waitingMost?: number
  /** What was told before this start; without it numbers begin anew. */
  readonly tellAgain?: TellAgain
  /** What it gives is waited for before more is read from the venue. */
  readonly onRecord?: (record: RawRecord) => Promise<void> | null
}

const hourMs = 3_600_000
const minuteMs = 60_000

/**
 * What a venue says from now on, in batches as it comes; ends only with the signal. Each connection lives for itself, all share the
 * venue's budget of requests.
 */
export async function* liveFeed(options: LiveFeedOptions): AsyncGenerator<readonly Fact<MarketTopic>[]> {
  const { venue, wish, epoch, clock, signal, stallMs = 20_000, waitingMost = 250_000 } = options
  const start = epoch === 1 ? '' : `~${epoch}`
  let n = 0
  let facts: Fact<MarketTopic>[] = []
  let wake = () => {}
  let failure: Error | null = null
  const take = (some: readonly MarketFact[]) => {
    for (const { at, topic, payload } of some) facts.push({ epoch, n: n++, at, topic, payload } as Fact<MarketTopic>)
    if (some.length > 0) wake()
    if (isFull()) reading.follow()
  }
  const sessions = new Map<string, RunningSession>()
  const fail = (error: Error) => {
    failure ??= error
    wake()
  }
  const isFull = () => facts.length >= waitingMost
  const reading = holdReading({ sessions, isFull, onRecord: options.onRecord, onFailure: fail })
  const say = (status: FeedStatus) => take([{ at: clock(), ...feedStatus(venue.name, status) }])

  const stopping = new AbortController()
  const listening = 'openLibrary' in venue ? byLibrary(venue) : bySockets(venue)
  const begun = listening.catch((error: Error) => {
    if (!stopping.signal.aborted) fail(error)
    wake()
  })
  const stop = () => {
    stopping.abort()
    wake()
  }
  signal?.addEventListener('abort', stop)
  if (signal?.aborted === true) stop()
  try {
    while (!stopping.signal.aborted || facts.length > 0) {
      if (failure !== null) throw failure
      if (facts.length > 0) {
        const batch = facts
        facts = []
        yield batch
        reading.follow()
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    stopping.abort()
    await begun
  }

  async function bySockets(spoken: LiveVenue): Promise<void> {
    // What is no symbol is said before anything is done.
    spoken.connections(wish)
    const budget = budgetOf(spoken, wish)
    say({ state: 'started' })
    const told = options.tellAgain === undefined ? [] : await newestNumbers(options.tellAgain, wish)
    // Sessions of each start are their own: frames that are kept tell which one they are of.
    const asking = { venue: spoken, wish, budget, clock, say, signal: stopping.signal, start, told }
    const { listingsMs = hourMs, nothingMs = minuteMs } = options
    await runSessions({ ...asking, stallMs, listingsMs, nothingMs, take, onRecord: reading.keep }, sessions)
  }

  async function byLibrary(library: LibraryVenue): Promise<void> {
    const opened = await library.openLibrary(wish, stallMs)
    const source = { ...opened, streams: opened.streams.map((one) => ({ ...one, name: `${one.name}${start}` })) }
    say({ state: 'started' })
    const random = seedRandom(Math.floor(clock() / 1000))
    const asking = { venue: library, market: wish.market, source, random, stallMs, signal: stopping.signal }
    const run = { ...asking, onRecord: reading.keep, room: reading.room }
    await runLibrary(run, clock, take)
  }
}

const budgets = new Map<string, RequestBudget>()

/** All feeds of this process that ask the same host share what it grants. */
function budgetOf({ requestsPerMinute, listingRequests }: LiveVenue, wish: LiveWish): RequestBudget {
  const { host } = new URL(listingRequests(wish)[0]?.url ?? 'http://none')
  const budget = budgets.get(host) ?? startBudget(requestsPerMinute)
  budgets.set(host, budget)
  return budget
}
