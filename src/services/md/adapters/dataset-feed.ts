import { instrumentOfFact, type MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'
import { type DataSetManifest, readManifest } from './data-set-manifest.ts'
import { readDataSet } from './read-data-set.ts'

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
 * options give the same facts. Memory stays flat however long the recording is. Throws a UserError where there is no such data.
 */
export function dataSetFeed(dir: string, options: DataSetFeedOptions = {}): Generator<Fact> {
  const manifest = readManifest(dir)
  checkInstruments(dir, manifest, options)
  return feedFacts(readDataSet(dir, firstSeqNeeded(options)), manifest.isSimulated, options)
}

/** The same from market data in order, wherever it is read from: that of the whole data set, or from `firstSeqNeeded` on. */
export function* feedFacts(
  recorded: Iterable<MarketFact>,
  isSimulated: boolean,
  options: DataSetFeedOptions = {},
): Generator<Fact> {
  const { startAtN = 0 } = options
  const firstSeq = firstSeqNeeded(options)
  let n = firstSeq === 1 ? 0 : firstSeq
  let newestAt = 0
  for (const { at, topic, payload } of isUnfiltered(options) ? recorded : selected(recorded, options)) {
    newestAt = at
    if (n === 0) {
      if (startAtN === 0) yield status('started', isSimulated, at, 0)
      n = 1
    }
    if (n >= startAtN) yield { at, topic, payload, epoch: 1, n } as Fact
    n++
  }
  if (n === 0) yield status('started', isSimulated, newestAt, n++)
  if (n >= startAtN) yield status('ended', isSimulated, newestAt, n)
}

/** Of an unfiltered feed the fact n is the event of seq n, so that a restart reads no more than it must: the one before too, for its time. */
const firstSeqNeeded = (options: DataSetFeedOptions): number =>
  isUnfiltered(options) ? Math.max(1, (options.startAtN ?? 0) - 1) : 1

const isUnfiltered = ({ from, to, instruments }: DataSetFeedOptions): boolean =>
  from === undefined && to === undefined && instruments === undefined

function checkInstruments(dir: string, manifest: DataSetManifest, { instruments = [] }: DataSetFeedOptions): void {
  const known = new Set(manifest.instruments.map(({ instrument }) => instrument))
  const unknown = instruments.find((instrument) => !known.has(instrument))
  if (unknown === undefined) return
  throw new UserError(`holds no ${unknown}`, { file: dir, hint: 'what it holds is shown by: trader md stat' })
}

/** What the options ask for. Listings are always needed: those from before come with the time of the first fact. */
function* selected(
  recorded: Iterable<MarketFact>,
  { from = 0, to = Number.POSITIVE_INFINITY, instruments }: DataSetFeedOptions,
): Generator<MarketFact> {
  const wanted = instruments === undefined ? null : new Set(instruments)
  let listings: MarketFact<'md.instrument'>[] | null = []
  for (const fact of recorded) {
    if (fact.at >= to) return
    const instrument = instrumentOf(fact)
    if (wanted !== null && instrument !== null && !wanted.has(instrument)) continue
    if (fact.topic === 'md.instrument' && listings !== null) {
      listings.push(fact)
      continue
    }
    if (fact.at < from) continue
    if (listings !== null) for (const listing of listings) yield { ...listing, at: fact.at }
    listings = null
    yield fact
  }
}

const instrumentOf = (fact: MarketFact): string | null =>
  fact.topic === 'md.option.chain.snapshot' ? fact.payload.underlying : instrumentOfFact(fact)

const status = (state: PayloadOf<'md.status'>['state'], isSimulated: boolean, at: number, n: number): Fact => ({
  at,
  topic: 'md.status',
  payload: { feed: 'dataset', state, isSimulated },
  epoch: 1,
  n,
})
