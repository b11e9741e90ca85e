import type { MarketTopic } from '#lib/market/market-fact.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { readDataSet } from './data-set-log.ts'
import { readManifest } from './data-set-manifest.ts'

export type DataSetFeedOptions = {
  /** Microseconds UTC: facts of [from, to). Listings from before `from` come with the first fact. */
  readonly from?: number
  readonly to?: number
  /** All of them where nothing is said. */
  readonly instruments?: readonly string[]
  /** Goes on at this fact, after a restart with the same options. */
  readonly startAtN?: number
}

/**
 * A data set as the facts of one session: `md.status started`, what was recorded, `md.status ended`; epoch 1, n counts from 0. The same
 * options give the same facts. A generator: memory stays flat however long the recording is.
 */
export function* dataSetFeed(dir: string, options: DataSetFeedOptions = {}): Generator<Fact> {
  const { isSimulated } = readManifest(dir)
  yield* feedFacts(readDataSet(dir, firstSeqNeeded(options)), isSimulated, options)
}

/** The same from events of market data in order, wherever they are read from: those of the whole data set, or from `firstSeqNeeded` on. */
export function* feedFacts(
  events: Iterable<Event>,
  isSimulated: boolean,
  options: DataSetFeedOptions = {},
): Generator<Fact> {
  const { startAtN = 0 } = options
  const isWhole = isUnfiltered(options)
  const firstSeq = firstSeqNeeded(options)
  let n = firstSeq === 1 ? 0 : firstSeq
  let newestAt = 0
  const started = (at: number): Fact => status('started', isSimulated, at, n++)
  for (const event of isWhole ? events : selected(events, options)) {
    newestAt = event.at
    if (n === 0) {
      const first = started(newestAt)
      if (startAtN === 0) yield first
    }
    if (n >= startAtN) yield { at: event.at, topic: event.topic, payload: event.payload, epoch: 1, n } as Fact
    n++
  }
  if (n === 0) yield started(newestAt)
  if (n >= startAtN) yield status('ended', isSimulated, newestAt, n)
}

/** Of an unfiltered feed the fact n is the event of seq n, so that a restart reads no more than it must: the one before too, for its time. */
export const firstSeqNeeded = (options: DataSetFeedOptions): number =>
  isUnfiltered(options) ? Math.max(1, (options.startAtN ?? 0) - 1) : 1

const isUnfiltered = ({ from, to, instruments }: DataSetFeedOptions): boolean =>
  from === undefined && to === undefined && instruments === undefined

type MarketEvent = Event<MarketTopic>

/** What the options ask for. Listings are always needed: those from before come with the time of the first fact. */
function* selected(
  events: Iterable<Event>,
  { from = 0, to = Number.POSITIVE_INFINITY, instruments }: DataSetFeedOptions,
): Generator<Event> {
  const wanted = instruments === undefined ? null : new Set(instruments)
  let listings: Event<'md.instrument'>[] | null = []
  for (const event of events as Iterable<MarketEvent>) {
    if (event.at >= to) return
    const instrument = instrumentOf(event)
    if (wanted !== null && instrument !== null && !wanted.has(instrument)) continue
    if (event.topic === 'md.instrument' && listings !== null) {
      listings.push(event)
      continue
    }
    if (event.at < from) continue
    if (listings !== null) for (const listing of listings) yield { ...listing, at: event.at }
    listings = null
    yield event
  }
}

function instrumentOf({ payload }: MarketEvent): string | null {
  if ('instrument' in payload) return payload.instrument
  return 'underlying' in payload ? payload.underlying : null
}

const status = (state: PayloadOf<'md.status'>['state'], isSimulated: boolean, at: number, n: number): Fact => ({
  at,
  topic: 'md.status',
  payload: { feed: 'dataset', state, isSimulated },
  epoch: 1,
  n,
})
