import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { blockLines, type Damage } from '#lib/files/block-lines.ts'
import { blockFilesIn } from '#lib/files/read-blocks.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { LineFault } from './line-fault.ts'
import { completeListing } from './live/complete-listing.ts'
import type { Venue } from './normalize/decoder.ts'
import { type Normalizer, startNormalizer } from './normalize/normalizer.ts'
import { capturedJson } from './raw/captured-json.ts'
import type { RawRecord } from './raw/raw-record.ts'

export type Rebuilt = {
  readonly events: number
  /** What was on one side only where a run was killed: frames and events reach the disk within a second, not at once. More than that is a difference. */
  readonly cutOff: number
  readonly damaged: readonly Damage[]
  /** What damaged blocks held, on one side only, and behind damaged frames the books and statuses of the run, which hang on them. */
  readonly notCompared: number
  /** The first event that differs; null when all are the same. */
  readonly difference: { readonly number: number; readonly recorded: string; readonly rebuilt: string } | null
}

/** An event as a line, and the start of the recorder that it is of. */
type Line = { readonly run: number; readonly fact: MarketFact; readonly text: string }

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
  facts: Iterable<MarketFact | Damage> = recordedFacts(dir),
): Rebuilt {
  const raw = blockFilesIn(dir).length > 0 ? blockFilesIn(dir) : blockFilesIn(join(dir, 'raw'))
  if (raw.length === 0) throw new UserError('holds no raw frames', { file: dir, hint: 'record them with --raw' })
  const ended = new Set<number>()
  const damaged: Damage[] = []
  const [ofEvents, ofFrames] = [notCompared(damaged, false), notCompared(damaged, true)]
  const recorded = recordedLines(facts, ended, ofEvents)
  const rebuilt = rebuiltLines(raw, venue, market, ofFrames.onDamage)
  let [was, is] = [recorded.next(), rebuilt.next()]
  let events = 0
  let cutOff = 0
  let left = 0
  let cutFrom: Line | null = null
  const mayBeCut = (line: Line): boolean => {
    if (cutFrom?.run !== line.run) cutFrom = line
    return line.fact.at - cutFrom.fact.at <= cutOffMost && !ended.has(line.run)
  }
  while (was.done !== true || is.done !== true) {
    const [a, b] = [was.value, is.value]
    const isLeft = (line: Line | undefined, ofOther: typeof ofEvents) =>
      line !== undefined && (ofOther.isLost(line) || ofFrames.hangsOn(line))
    if (a !== undefined && b !== undefined && isSame(a.text, b.text)) {
      ;[was, is] = [recorded.next(), rebuilt.next()]
      if (++events % 4096 === 0) onProgress(events)
    } else if (isLeft(b, ofEvents)) {
      left++
      is = rebuilt.next()
    } else if (isLeft(a, ofFrames)) {
      left++
      was = recorded.next()
    } else if (b !== undefined && (a === undefined || a.run > b.run) && mayBeCut(b)) {
      cutOff++
      is = rebuilt.next()
    } else if (a !== undefined && (b === undefined || b.run > a.run) && mayBeCut(a)) {
      cutOff++
      was = recorded.next()
    } else {
      const [one, other] = [a?.text ?? 'nothing more', b?.text ?? 'nothing more']
      const difference = { number: events + 1, recorded: one, rebuilt: other }
      return { events, cutOff, damaged, notCompared: left, difference }
    }
  }
  return { events, cutOff, damaged, notCompared: left, difference: null }
}

/** What cannot be compared with a side on which blocks are damaged. */
function notCompared(damaged: Damage[], isOfFrames: boolean) {
  let to = Number.NEGATIVE_INFINITY
  const runs = new Set<number>()
  return {
    onDamage(damage: Damage, run: number): void {
      damaged.push(damage)
      to = Math.max(to, damage.block?.lastAt ?? Number.POSITIVE_INFINITY)
      if (!isOfFrames) return
      runs.add(run)
      // A run begins with a file: which one this is of stands behind it.
      if (damage.block?.offset === 0) runs.add(run + 1)
    },
    /** The first event behind: where a run was killed, its frames may go on to here. */
    onWhole({ at }: MarketFact): void {
      to = Math.max(to, at - 1)
    },
    /** It was received in the time of a block that is damaged. */
    isLost({ fact }: Line): boolean {
      const { receivedAt } = fact.payload as { readonly receivedAt?: number }
      return (receivedAt ?? fact.at) <= to
    },
    /** Without the lost frames a book, its gaps and its statuses are others, to the end of the run. */
    hangsOn: ({ run, fact: { topic } }: Line): boolean =>
      runs.has(run) &&
      (topic === 'md.depth' || topic === 'md.gap' || topic === 'md.status' || topic === 'md.instrument'),
  }
}

/** A log writes the fields of an event in an order of its own. */
const isSame = (a: string, b: string): boolean => a === b || isDeepStrictEqual(JSON.parse(a), JSON.parse(b))

export const recordedLine = ({ at, topic, payload }: MarketFact): string => JSON.stringify({ at, topic, payload })

function* recordedFacts(dir: string): Generator<MarketFact | Damage> {
  for (const file of blockFilesIn(join(dir, 'events')))
    for (const line of blockLines(file))
      if (typeof line !== 'string') yield line
      else if (line !== '') yield JSON.parse(line) as MarketFact
}

type OnDamage = (damage: Damage, inRun: number) => void

/** Notes which runs came to their end. */
function* recordedLines(
  facts: Iterable<MarketFact | Damage>,
  ended: Set<number>,
  { onDamage, onWhole }: Pick<ReturnType<typeof notCompared>, 'onDamage' | 'onWhole'>,
): Generator<Line, undefined> {
  let run = 0
  let isBehindDamage = false
  for (const fact of facts) {
    if ('block' in fact) {
      onDamage(fact, run)
      isBehindDamage = true
      continue
    }
    if (isBehindDamage) onWhole(fact)
    isBehindDamage = false
    if (fact.topic === 'md.status' && fact.payload.state === 'started') run++
    if (fact.topic === 'md.status' && fact.payload.state === 'ended') ended.add(run)
    if (isInFrames(fact)) yield { run, fact, text: recordedLine(fact) }
  }
}

function* rebuiltLines(
  files: readonly string[],
  venue: Venue,
  market: string | undefined,
  onDamage: OnDamage,
): Generator<Line, undefined> {
  const sessions = new Map<string, Normalizer>()
  let newest = 1
  // One after the other: they are in order, and each is large.
  for (const file of files)
    for (const line of blockLines(file)) {
      if (typeof line !== 'string') {
        onDamage(line, newest)
        continue
      }
      const record = recordOf(line, file)
      if (record === null) continue
      const [, session = '', run = '1'] = /^(.*?(?:~(\d+))?)(?:\.\d+)?$/.exec(record.connection ?? '') ?? []
      newest = Number(run)
      let normalizer = sessions.get(session)
      if (normalizer === undefined) {
        normalizer = startNormalizer({
          feed: venue.name,
          decoder: venue.openDecoder({ market, isOurs: true }),
          canWait: () => true,
          isOneSession: true,
          keepsPartialBars: false,
          listingOf: completeListing,
        })
        sessions.set(session, normalizer)
      }
      for (const fact of normalizer.read(record))
        if (isInFrames(fact)) yield { run: newest, fact, text: recordedLine(fact) }
    }
}

function recordOf(line: string, file: string): RawRecord | null {
  try {
    return line === '' ? null : capturedJson(line)
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    throw new UserError(`a line ${error.message}: ${line.slice(0, 80)}`, { file })
  }
}

const statesInFrames = new Set(['refused', 'flagged', 'cleared', 'measured', 'subscribed', 'unsubscribed', 'delisted'])
const ofSessions = new Set(['http_error', 'rate_limited', 'banned', 'silent_stream', 'not_subscribed'])

/** Connections that never opened leave no record, and are left out with all the others. */
function isInFrames(fact: MarketFact): boolean {
  if (fact.topic !== 'md.status') return true
  const { state, code } = fact.payload
  return statesInFrames.has(state) && !ofSessions.has(code ?? '')
}
