import type { MarketFact } from '#lib/market/market-fact.ts'
import type { Listed } from '../import-plan.ts'
import type { Placed, RawRecord } from '../raw/raw-record.ts'
import { readRecording } from '../raw/read-recording.ts'
import type { ReadReport } from '../read-report.ts'
import { instrumentsOf, surveyFacts, type Terms } from '../survey.ts'
import type { Venue } from './decoder.ts'
import { startNormalizer } from './normalizer.ts'
import { statedFacts } from './survey-recording.ts'

export type Recording = {
  readonly venue: Venue
  readonly market: string | undefined
  readonly files: readonly string[]
}

/** What a first reading finds: listings of everything that has a price, and how many snapshots there are of each book. */
export type RecordingSurvey = {
  readonly market: string | undefined
  readonly listed: ReadonlyMap<string, Listed>
  readonly snapshots: ReadonlyMap<string, number>
}

/** The market of a recording, where the venue has several and the user did not say. */
export function marketOf({ venue, market, files }: Recording): string | undefined {
  return market ?? venue.marketIn?.(firstRecords(readRecording(files, quiet)))
}

/** Reads a recording once. Listings are at its first record. Throws a UserError where prices have more digits than can be reckoned with. */
export function surveyRecording(
  recording: Recording,
  terms: Terms,
  onProgress: (facts: number) => void,
): RecordingSurvey & { readonly listings: MarketFact<'md.instrument'>[]; readonly facts: number } {
  const market = marketOf(recording)
  const listed = new Map<string, Listed>()
  const snapshots = new Map<string, number>()
  const decoder = recording.venue.openDecoder({ market })
  let firstAt: number | null = null
  const placed = function* () {
    for (const one of readRecording(recording.files, quiet)) {
      firstAt ??= one.record.at
      yield one
    }
  }
  const stated = statedFacts(placed(), decoder, (listing) => listed.set(listing.instrument, listing), snapshots)
  const survey = surveyFacts(stated, listed, terms, onProgress)
  const listings = instrumentsOf(survey, listed, terms).map(
    (payload): MarketFact<'md.instrument'> => ({
      at: firstAt ?? 0,
      topic: 'md.instrument',
      payload,
    }),
  )
  return { market, listed, snapshots, listings, facts: survey.facts }
}

export type NormalizeOptions = {
  readonly feed: string
  readonly keepsPartialBars: boolean
  readonly report: ReadReport
  /** A frame that cannot be read goes to the report; otherwise a status says it, and reading goes on. */
  readonly isStrict: boolean
  readonly onListing?: (listed: Listed) => void
}

/** The canonical facts of a recording, in order of time. */
export function* normalizeRecording(
  { venue, files }: Recording,
  { market, snapshots }: Pick<RecordingSurvey, 'market' | 'snapshots'>,
  { feed, keepsPartialBars, report, isStrict, onListing }: NormalizeOptions,
): Generator<MarketFact> {
  const left = new Map(snapshots)
  let place: Placed | null = null
  const normalizer = startNormalizer({
    feed,
    decoder: venue.openDecoder({ market }),
    canWait: (instrument) => (left.get(instrument) ?? 0) > 0,
    keepsPartialBars,
    onBadFrame: isStrict ? (message) => report.badLine(place?.file ?? '', place?.line ?? 0, message) : undefined,
    onListing,
    onLeftOut: report.leaveOut,
    onSnapshot: (instrument) => left.set(instrument, (left.get(instrument) ?? 0) - 1),
  })
  for (place of readRecording(files, report)) yield* normalizer.read(place.record, place.isTimed)
  yield* normalizer.end()
}

const quiet = { badLine: () => undefined }

/** Enough to know a recording by. */
function* firstRecords(placed: Iterable<Placed>): Generator<RawRecord> {
  let count = 0
  for (const { record } of placed) {
    yield record
    if (++count === 2_000) return
  }
}
