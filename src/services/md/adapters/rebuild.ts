import { join } from 'node:path'
import { blockFilesIn } from '#lib/files/block-files.ts'
import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { completeListing } from './live/complete-listing.ts'
import type { Venue } from './normalize/decoder.ts'
import { type Normalizer, startNormalizer } from './normalize/normalizer.ts'
import { readRecording } from './raw/read-recording.ts'

export type Rebuilt = {
  readonly events: number
  /** The first event that differs; null when all are the same. */
  readonly difference: { readonly number: number; readonly recorded: string; readonly rebuilt: string } | null
}

/**
 * Derives the events of a recording from its raw frames again, and compares. What a session says of its own doing (stalls, answers that failed) is
 * in no frame, and is left out on both sides.
 */
export function rebuild(
  dir: string,
  venue: Venue,
  market: string | undefined,
  onProgress: (events: number) => void,
): Rebuilt {
  const raw = blockFilesIn(join(dir, 'raw'))
  if (raw.length === 0) throw new UserError('holds no raw frames', { file: dir, hint: 'record them with --raw' })
  const recorded = recordedEvents(dir)
  const rebuilt = rebuiltEvents(raw, venue, market)
  for (let number = 1; ; number++) {
    const [a, b] = [recorded.next(), rebuilt.next()]
    if (a.done === true && b.done === true) return { events: number - 1, difference: null }
    const [was, is] = [a.done === true ? 'nothing more' : a.value, b.done === true ? 'nothing more' : b.value]
    if (was !== is) return { events: number - 1, difference: { number, recorded: was, rebuilt: is } }
    if (number % 4096 === 0) onProgress(number)
  }
}

export const recordedLine = ({ at, topic, payload }: MarketFact): string => JSON.stringify({ at, topic, payload })

function* recordedEvents(dir: string): Generator<string> {
  for (const file of blockFilesIn(join(dir, 'events')))
    for (const line of textLines(readChunks(file)))
      if (line !== '' && isInFrames(JSON.parse(line) as MarketFact)) yield line
}

function* rebuiltEvents(files: readonly string[], venue: Venue, market: string | undefined): Generator<string> {
  const sessions = new Map<string, Normalizer>()
  const report = {
    badLine(file: string, line: number, message: string): void {
      throw new UserError(message, { file, line })
    },
  }
  for (const { record } of readRecording(files, report)) {
    const session = (record.connection ?? '').replace(/\.\d+$/, '')
    let normalizer = sessions.get(session)
    if (normalizer === undefined) {
      normalizer = startNormalizer({
        feed: venue.name,
        decoder: venue.openDecoder({ market }),
        canWait: () => true,
        isOneSession: true,
        keepsPartialBars: false,
        listingOf: completeListing,
      })
      sessions.set(session, normalizer)
    }
    for (const fact of normalizer.read(record)) if (isInFrames(fact)) yield recordedLine(fact)
  }
}

const ofSessions = new Set(['http_error', 'rate_limited', 'banned'])

/** Connections that never opened leave no record, and are left out with all the others. */
function isInFrames(fact: MarketFact): boolean {
  if (fact.topic !== 'md.status') return true
  const { state, code } = fact.payload
  return (state === 'refused' || state === 'flagged' || state === 'cleared') && !ofSessions.has(code ?? '')
}
