import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
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
  /** What was on one side only where a run was killed: frames and events reach the disk within a second, not at once. More than that is a difference. */
  readonly cutOff: number
  /** The first event that differs; null when all are the same. */
  readonly difference: { readonly number: number; readonly recorded: string; readonly rebuilt: string } | null
}

/** An event as a line, and the start of the recorder that it is of. */
type Line = { readonly run: number; readonly at: number; readonly text: string }

/** So much of the end of a run that was killed may be on one side only: a second, on a machine that is slow. */
const cutOffMost = 3_000_000

/**
 * Derives events from the raw frames in a folder again, and compares with those that were recorded. What a session says of its own doing
 * (stalls, answers that failed) is in no frame, and is left out on both sides.
 */
export function rebuild(
  dir: string,
  venue: Venue,
  market: string | undefined,
  onProgress: (events: number) => void,
  facts: Iterable<MarketFact> = recordedFacts(dir),
): Rebuilt {
  const raw = blockFilesIn(dir).length > 0 ? blockFilesIn(dir) : blockFilesIn(join(dir, 'raw'))
  if (raw.length === 0) throw new UserError('holds no raw frames', { file: dir, hint: 'record them with --raw' })
  const ended = new Set<number>()
  const recorded = recordedLines(facts, ended)
  const rebuilt = rebuiltLines(raw, venue, market)
  let [was, is] = [recorded.next(), rebuilt.next()]
  let events = 0
  let cutOff = 0
  let cutFrom: Line | null = null
  const mayBeCut = (line: Line): boolean => {
    if (cutFrom?.run !== line.run) cutFrom = line
    return line.at - cutFrom.at <= cutOffMost && !ended.has(line.run)
  }
  while (was.done !== true || is.done !== true) {
    const [a, b] = [was.value, is.value]
    if (a !== undefined && b !== undefined && isSame(a.text, b.text)) {
      ;[was, is] = [recorded.next(), rebuilt.next()]
      if (++events % 4096 === 0) onProgress(events)
    } else if (b !== undefined && (a === undefined || a.run > b.run) && mayBeCut(b)) {
      cutOff++
      is = rebuilt.next()
    } else if (a !== undefined && (b === undefined || b.run > a.run) && mayBeCut(a)) {
      cutOff++
      was = recorded.next()
    } else {
      const [one, other] = [a?.text ?? 'nothing more', b?.text ?? 'nothing more']
      return { events, cutOff, difference: { number: events + 1, recorded: one, rebuilt: other } }
    }
  }
  return { events, cutOff, difference: null }
}

/** A log writes the fields of an event in an order of its own. */
const isSame = (a: string, b: string): boolean => a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b))

export const recordedLine = ({ at, topic, payload }: MarketFact): string => JSON.stringify({ at, topic, payload })

function* recordedFacts(dir: string): Generator<MarketFact> {
  for (const file of blockFilesIn(join(dir, 'events')))
    for (const line of textLines(readChunks(file))) if (line !== '') yield JSON.parse(line) as MarketFact
}

/** Notes which runs came to their end. */
function* recordedLines(facts: Iterable<MarketFact>, ended: Set<number>): Generator<Line, undefined> {
  let run = 0
  for (const fact of facts) {
    if (fact.topic === 'md.status' && fact.payload.state === 'started') run++
    if (fact.topic === 'md.status' && fact.payload.state === 'ended') ended.add(run)
    if (isInFrames(fact)) yield { run, at: fact.at, text: recordedLine(fact) }
  }
}

function* rebuiltLines(files: readonly string[], venue: Venue, market: string | undefined): Generator<Line, undefined> {
  const sessions = new Map<string, Normalizer>()
  const report = {
    badLine(file: string, line: number, message: string): void {
      throw new UserError(message, { file, line })
    },
  }
  // One after the other: they are in order, and each is large.
  for (const file of files)
    for (const { record } of readRecording([file], report)) {
      const [, session = '', run = '1'] = /^(.*?(?:~(\d+))?)(?:\.\d+)?$/.exec(record.connection ?? '') ?? []
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
      for (const fact of normalizer.read(record))
        if (isInFrames(fact)) yield { run: Number(run), at: fact.at, text: recordedLine(fact) }
    }
}

const statesInFrames = new Set(['refused', 'flagged', 'cleared', 'measured', 'subscribed', 'unsubscribed'])
const ofSessions = new Set(['http_error', 'rate_limited', 'banned', 'silent_stream', 'not_subscribed'])

/** Connections that never opened leave no record, and are left out with all the others. */
function isInFrames(fact: MarketFact): boolean {
  if (fact.topic !== 'md.status') return true
  const { state, code } = fact.payload
  return statesInFrames.has(state) && !ofSessions.has(code ?? '')
}
