import type { SourceMark } from '#lib/bus/log-port.ts'
import { type IdParts, isAtOrBelow } from '#lib/kernel/event-id.ts'

/** What becomes of a group: appended but for the first `skip`, which are in the log already; a repeat; or refused. */
export type Verdict =
  | { readonly kind: 'append'; readonly skip: number; readonly mark: SourceMark }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string }

export const noMark: SourceMark = { fact: null, answer: null }

/** Judges a group by its ids, the newest of what its source has in the log, and the seq of the newest event of all. */
export function judgeGroup(mark: SourceMark, ids: readonly IdParts[], head: number): Verdict {
  const first = ids[0]
  if (first === undefined) return refused('a group has at least one event')
  if (ids.some(({ source, isFact }) => source !== first.source || isFact !== first.isFact))
    return refused('a group is of one source, and of answers or of facts')
  return first.isFact ? judgeFacts(mark, first, ids) : judgeAnswers(mark, first, ids, head)
}

/** The mark after an event that is in the log. */
export const markAfter = (mark: SourceMark, { isFact, major, n }: IdParts): SourceMark =>
  isFact ? { fact: { epoch: major, n }, answer: mark.answer } : { fact: mark.fact, answer: { cause: major, n } }

const refused = (reason: string): Verdict => ({ kind: 'refused', reason })

function judgeAnswers(mark: SourceMark, first: IdParts, ids: readonly IdParts[], head: number): Verdict {
  if (ids.some(({ major, n }, i) => major !== first.major || n !== i))
    return refused(`answers to one event are numbered from 0 on: ${first.source}:${first.major}`)
  if (mark.answer !== null && first.major <= mark.answer.cause) return { kind: 'repeat' }
  if (first.major < 1 || first.major > head)
    return refused(`there is no event ${first.major} to answer: the log ends at ${head}`)
  return { kind: 'append', skip: 0, mark: markAfter(mark, ids.at(-1) as IdParts) }
}

function judgeFacts(mark: SourceMark, first: IdParts, ids: readonly IdParts[]): Verdict {
  const stray = ids.find((id, i) => i > 0 && !follows(positionOf(ids[i - 1] as IdParts), id))
  if (stray !== undefined) return refused(`${textOf(stray)} does not follow the fact before it`)
  const last = mark.fact
  const skip = last === null ? 0 : ids.filter((id) => isAtOrBelow(id, last)).length
  const next = ids[skip]
  if (next === undefined) return { kind: 'repeat' }
  if (last === null ? next.n !== 0 : !follows(last, next))
    return refused(
      `${textOf(next)} skips: ${last === null ? 'nothing' : `e${last.epoch}.${last.n}`} is the newest of ${first.source}`,
    )
  return { kind: 'append', skip, mark: markAfter(mark, ids.at(-1) as IdParts) }
}

type Position = { readonly epoch: number; readonly n: number }

const positionOf = ({ major, n }: IdParts): Position => ({ epoch: major, n })

const follows = ({ epoch, n }: Position, next: IdParts): boolean =>
  next.major === epoch ? next.n === n + 1 : next.major > epoch && next.n === 0

const textOf = ({ source, major, n }: IdParts): string => `${source}:e${major}.${n}`
