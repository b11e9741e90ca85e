import type { ImportPlan, Listed } from './import-plan.ts'
import type { MarketSource } from './market-source.ts'
import { digitLimitsOf, marketOf, normalizeRecording } from './normalize/normalize-recording.ts'
import { type DigitLimits, withoutOddPrices } from './normalize/odd-prices.ts'
import { statedFacts } from './normalize/survey-recording.ts'
import { readRecording } from './raw/read-recording.ts'
import { sourceFiles } from './source-files.ts'
import { venueNamed } from './venues.ts'

/** Recordings of raw frames as `trader md normalize` reads them. Bars that are still open are left out. */
export function planRawImport(named: readonly string[], venueName: string): ImportPlan {
  const { venue, market: said } = venueNamed(venueName)
  const files = sourceFiles(named, ['.gz', '.zst', '.txt', '.log', '.jsonl'])
  const recording = { venue, market: said, files: files.map(({ path }) => path) }
  const market = marketOf(recording)
  const listed = new Map<string, Listed>()
  const list = (listing: Listed) => listed.set(listing.instrument, listing)
  let snapshots: Map<string, number> | null = null
  let limits: DigitLimits = new Map()
  const source: MarketSource = {
    file: files[0]?.path ?? '',
    notBefore: 0,
    /** Read the first time only to see what is there; from then on in order. */
    facts(report) {
      if (snapshots === null) {
        snapshots = new Map()
        return statedFacts(
          readRecording(recording.files, report),
          withoutOddPrices(venue.openDecoder({ market }), limits),
          list,
          snapshots,
          (message, { file, line }) => report.badLine(file, line, message),
        )
      }
      return normalizeRecording(
        recording,
        { market, snapshots, limits },
        {
          feed: venue.name,
          keepsPartialBars: false,
          report,
          isStrict: true,
          onListing: list,
        },
      )
    },
  }
  const refuseOddPrices = (instruments: readonly string[]) => {
    limits = digitLimitsOf({ ...recording, market }, instruments)
    snapshots = null
    listed.clear()
  }
  return { files, sources: [source], listed, notes: [], refuseOddPrices }
}
