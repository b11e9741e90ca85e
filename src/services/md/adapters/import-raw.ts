import type { ImportPlan, Listed } from './import-plan.ts'
import type { MarketSource } from './market-source.ts'
import { marketOf, normalizeRecording } from './normalize/normalize-recording.ts'
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
  let snapshots: ReadonlyMap<string, number> | null = null
  const source: MarketSource = {
    file: files[0]?.path ?? '',
    notBefore: 0,
    facts(report) {
      snapshots ??= countSnapshots()
      return normalizeRecording(
        recording,
        { market, snapshots },
        {
          feed: venue.name,
          keepsPartialBars: false,
          report,
          isStrict: true,
          onListing: (listing) => listed.set(listing.instrument, listing),
        },
      )
    },
  }
  return { files, sources: [source], listed, notes: [] }

  function countSnapshots(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    const placed = readRecording(recording.files, { badLine: () => undefined })
    const stated = statedFacts(placed, venue.openDecoder({ market }), () => undefined, counts)
    while (stated.next().done !== true);
    return counts
  }
}
