/** `risk:42.0`: the answer number `n` of a source to the event with that seq. */
export const answerId = (source: string, causeSeq: number, n: number): string => `${source}:${causeSeq}.${n}`

/** `md:e1.7`: the fact number `n` that an edge learned from outside in that epoch. */
export const factId = (source: string, epoch: number, n: number): string => `${source}:e${epoch}.${n}`

export type IdParts = { readonly source: string; readonly isFact: boolean; readonly major: number; readonly n: number }

/** Was a fact, by epoch and number, said before another one of its source, or is it that one? */
export const isAtOrBelow = ({ major, n }: Pick<IdParts, 'major' | 'n'>, last: { epoch: number; n: number }): boolean =>
  major < last.epoch || (major === last.epoch && n <= last.n)

/** Takes an id apart: major is the seq of the cause of an answer, the epoch of a fact. Throws on anything else. */
export function parseEventId(id: string): IdParts {
  const colon = id.indexOf(':')
  const isFact = id.charCodeAt(colon + 1) === 101 // e
  const dot = id.indexOf('.', colon)
  const major = Number(id.slice(colon + (isFact ? 2 : 1), dot))
  const n = Number(id.slice(dot + 1))
  if (colon < 1 || dot < 0 || !Number.isSafeInteger(major) || !Number.isSafeInteger(n))
    throw new Error(`not an event id: ${id}`)
  return { source: id.slice(0, colon), isFact, major, n }
}
