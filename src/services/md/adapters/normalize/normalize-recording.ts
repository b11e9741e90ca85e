import type { MarketFact } from '#lib/market/market-fact.ts'
import type { Listed } from '../import-plan.ts'
import { believedTimes } from '../raw/believed-times.ts'
import type { Placed, RawRecord } from '../raw/raw-record.ts'
import { readPlaced, readRecording, type Unread } from '../raw/read-recording.ts'
import type { ReadReport } from '../read-report.ts'
import { instrumentsOf, surveyFacts, type Terms, tooFine } from '../survey.ts'
import type { Decoder, Venue } from './decoder.ts'
import { startNormalizer } from './normalizer.ts'
import { countDigits, type DigitLimits, withoutOddPrices } from './odd-prices.ts'
import { exchangeTimeOf, statedFacts } from './survey-recording.ts'

export type Recording = {
  readonly venue: Venue
  readonly market: string | undefined
  readonly files: readonly string[]
}

/** What a first reading finds: listings of everything that has a price, how many snapshots there are of each book, and which prices are none of theirs. */
export type RecordingSurvey = {
  readonly market: string | undefined
  readonly listed: ReadonlyMap<string, Listed>
  readonly snapshots: ReadonlyMap<string, number>
  readonly limits: DigitLimits
}

/** The market of a recording, where the venue has several and the user did not say. */
export function marketOf({ venue, market, files }: Recording): string | undefined {
  return market ?? venue.marketIn?.(firstRecords(readRecording(files, quiet)))
}

/** Reads a recording once, and where an instrument's prices have more digits than can be reckoned with twice again, without the odd ones. Listings are at its first record. [MD-N7a] */
export function surveyRecording(
  recording: Recording,
  terms: Terms,
  onProgress: (facts: number) => void,
): RecordingSurvey & { readonly listings: MarketFact<'md.instrument'>[]; readonly facts: number } {
  const market = marketOf(recording)
  let firstAt: number | null = null
  const placed = function* () {
    for (const one of readRecording(recording.files, quiet)) {
      firstAt ??= one.record.at
      yield one
    }
  }
  const surveyed = (limits: DigitLimits) => {
    const listed = new Map<string, Listed>()
    const snapshots = new Map<string, number>()
    const decoder = withoutOddPrices(recording.venue.openDecoder({ market }), limits)
    const stated = statedFacts(placed(), decoder, (listing) => listed.set(listing.instrument, listing), snapshots)
    return { survey: surveyFacts(stated, listed, terms, onProgress), found: { market, listed, snapshots, limits } }
  }
  let { survey, found } = surveyed(new Map())
  const fine = tooFine(survey)
  if (fine.length > 0) ({ survey, found } = surveyed(digitLimitsOf({ ...recording, market }, fine)))
  const at = firstAt ?? 0
  const listings = instrumentsOf(survey, found.listed, terms).map(
    (payload): MarketFact<'md.instrument'> => ({ at, topic: 'md.instrument', payload }),
  )
  return { ...found, listings, facts: survey.facts }
}

/** What prices of these instruments may have, so that the fewest frames are refused. [MD-N7a] */
export function digitLimitsOf({ venue, market, files }: Recording, instruments: readonly string[]): DigitLimits {
  const digits = countDigits(instruments)
  const stated = statedFacts(readRecording(files, quiet), venue.openDecoder({ market }), () => undefined, new Map())
  for (const fact of stated) digits.fold(fact)
  return digits.limits()
}

export type NormalizeOptions = {
  readonly feed: string
  readonly keepsPartialBars: boolean
  readonly report: ReadReport
  /** A frame that cannot be read goes to the report alone; otherwise a status says it too. */
  readonly isStrict: boolean
  readonly onListing?: (listed: Listed) => void
}

/** The canonical facts of a recording, in order of time. */
export function* normalizeRecording(
  { venue, files }: Recording,
  { market, snapshots, limits }: Pick<RecordingSurvey, 'market' | 'snapshots' | 'limits'>,
  { feed, keepsPartialBars, report, isStrict, onListing }: NormalizeOptions,
): Generator<MarketFact> {
  const left = new Map(snapshots)
  let place: Placed | Unread | null = null
  const normalizer = startNormalizer({
    feed,
    decoder: withoutOddPrices(venue.openDecoder({ market }), limits),
    canWait: (instrument) => (left.get(instrument) ?? 0) > 0,
    keepsPartialBars,
    isStrict,
    onBadFrame: (message) => report.badLine(place?.file ?? '', place?.line ?? 0, message, isLost(place)),
    onListing,
    onLeftOut: report.leaveOut,
    onSnapshot: (instrument) => left.set(instrument, (left.get(instrument) ?? 0) - 1),
  })
  for (place of withTimes(readPlaced(files), () => venue.openDecoder({ market }))) {
    if ('fault' in place) yield* normalizer.refuse(place.at, place.fault)
    else {
      if (place.badTime !== undefined) yield* normalizer.refuse(place.record.at, place.badTime, 'bad_time')
      yield* normalizer.read(place.record, place.isTimed)
    }
  }
  yield* normalizer.end()
}

const isLost = (place: Placed | Unread | null): boolean => place !== null && 'fault' in place && place.isLost === true

/** What was recorded without times is at those of the exchange, as far as they can be believed. */
function* withTimes(placed: Generator<Placed | Unread>, openDecoder: () => Decoder): Generator<Placed | Unread> {
  const first = placed.next()
  if (first.done === true) return
  // They come before everything that has a time.
  if (first.value.isTimed || 'fault' in first.value || first.value.badTime !== undefined) {
    yield first.value
    return yield* placed
  }
  const timeOf = exchangeTimeOf(openDecoder())
  const all = (function* () {
    yield first.value
    yield* placed
  })()
  yield* believedTimes(
    all,
    (one) => ('fault' in one ? null : one.isTimed ? one.record.at : timeOf(one.record)),
    (one, at) => ('fault' in one ? { ...one, at } : { ...one, record: { ...one.record, at } }),
  )
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
